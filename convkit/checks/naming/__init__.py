"""Which mistake it looks like: slips, relations between numbers, and the solver."""
