"""What each name promises, and the cases on which it is asked: one file per concept."""
