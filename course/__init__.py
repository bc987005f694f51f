"""The package behind the book *Hierarchical models with no predictors*.

Import what you need from its modules, for example ``from course.data import load_spotify``.
Nothing heavy is imported here.
"""

__version__ = "0.1.0"
