"""Whether what came is right: properties, and how each is judged."""
