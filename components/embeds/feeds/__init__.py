"""A night as feeds to subscribe to: its calls, withdrawals, corrections and states of a site; closings of polls."""
