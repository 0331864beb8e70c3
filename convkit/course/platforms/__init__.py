"""What comes from Canvas and Moodle: who is in the course, and what they have handed in."""
