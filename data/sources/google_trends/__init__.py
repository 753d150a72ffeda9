"""Google Trends as its website answers it."""
