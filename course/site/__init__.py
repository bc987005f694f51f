"""The site: building the book, its PDF and slides, and the branch that services open."""
