"""What is known of a night, as rows with their sources."""
