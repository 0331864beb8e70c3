"""What foreign code does on a case, whatever it does: recorded, probed, and its slopes measured."""
