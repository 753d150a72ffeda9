"""What an article gets: one static document for each view of a chart, its images and data, and bundles of them."""
