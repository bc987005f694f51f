"""Measure this book's settings against what its users would use instead.

`contestants` names who takes part, `worker` fits in a process of its own, `process` measures such
a process, `draws` turns its draws into sample sizes and errors, `growth` makes the data larger,
`page_tables` and `figures` show them, `report` writes the page, and `contest` lets them fit in
turn.
"""
