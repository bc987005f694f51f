"""What the exercises ask, and whether an answer is right."""
