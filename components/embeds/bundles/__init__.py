"""Published versions: baked, sealed, written whole to a folder or a bucket, checked, and served for a look."""
