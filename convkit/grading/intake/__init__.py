"""What is handed in: a look into the folder, a file's text, and which cell is which."""
