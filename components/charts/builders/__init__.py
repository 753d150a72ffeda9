"""From evidence to a Chart: one builder for each chart."""
