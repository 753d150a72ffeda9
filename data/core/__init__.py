"""Values that every room uses: times, sources, errors, settings, files."""
