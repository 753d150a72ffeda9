"""Measurements that are read, not asserted: `make bench` prints them as ratios taken in one run."""
