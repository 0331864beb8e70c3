"""The mistakes of each concept, as edits of its plain text."""
