"""Extensions of Sphinx, one file each: what Jupyter Book does not do by itself."""
