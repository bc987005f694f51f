"""The names that a cell assigns to, read from its code without running it."""

import ast


def assigned(source: str) -> set[str]:
    """The names that a cell assigns to, as far as they can be read; magics are left out."""
    lines = [line for line in source.splitlines() if not line.lstrip().startswith(("%", "!"))]
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return assigned_by_line(lines)
    return {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }


def assigned_by_line(lines: list[str]) -> set[str]:
    """The same for code that is not valid Python: names at the beginning of a line, before "="."""
    starts = (line.partition("=")[0].strip() for line in lines if "=" in line)
    return {
        name for start in starts for name in map(str.strip, start.split(",")) if name.isidentifier()
    }
