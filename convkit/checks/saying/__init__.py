"""What is said of a check: a report as data, as text and as HTML."""
