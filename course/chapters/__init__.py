"""Chapters as files: their cells, exercises, editions, execution and stored numbers."""
