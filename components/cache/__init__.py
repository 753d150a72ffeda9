"""Every cache of the process, and nothing else."""
