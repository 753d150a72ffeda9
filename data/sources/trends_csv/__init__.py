"""Google Trends' CSV exports, in every language of its site."""
