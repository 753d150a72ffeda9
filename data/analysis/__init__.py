"""From drawn numbers to findings: frames in, findings with their doubt out, and neither network nor disk."""
