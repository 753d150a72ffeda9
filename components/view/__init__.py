"""What an address says."""
