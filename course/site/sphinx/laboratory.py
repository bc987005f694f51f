"""The Sphinx extension for the laboratory."""

# Its arithmetic, without its page; in the order in which classic scripts must load.
ENGINE = tuple(
    f"laboratory/{name}.js" for name in ("numerics", "grid", "statistics", "priors", "posterior")
)
