"""convkit beside PyTorch: the same work in one process, in turns. ``python -m benchmarks``."""
