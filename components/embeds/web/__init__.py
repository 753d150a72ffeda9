"""What an address asks of a chart, and what it is answered."""
