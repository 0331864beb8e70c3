"""One submission: its own cells, its tests, and the processes in which they run."""
