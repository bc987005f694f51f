"""Pages for students and instructors. All text is escaped, and a page runs and loads nothing."""

from jinja2 import Environment, PackageLoader, StrictUndefined

PAGES = Environment(
    loader=PackageLoader("course.grading", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def number(value: float | None) -> str:
    """Points as people write them; a dash for unknown."""
    return "–" if value is None else f"{value:.2f}".rstrip("0").rstrip(".")


PAGES.filters["number"] = number
