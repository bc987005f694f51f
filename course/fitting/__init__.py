"""The models as the chapters build them, and what makes their fits quick."""
