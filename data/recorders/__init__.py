"""What a live night records by itself: calls from a feed, states of a site, searches."""
