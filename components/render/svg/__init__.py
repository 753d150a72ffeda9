"""A Chart as one self-contained SVG."""
