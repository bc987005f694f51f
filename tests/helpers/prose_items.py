"""Beside nbval: numbers in prose are what the executed chapter gives.

nbval makes a test of each cell of code. Here the Markdown cells with numbers join them, each at its
place, and ask the same kernel.
"""

import nbformat
import pytest
from nbval.plugin import IPyNbFile

from course.chapters import prose

SECONDS = 30


class Words(pytest.Item):
    """The numbers of one Markdown cell."""

    def __init__(self, name, parent, cell):
        super().__init__(name, parent)
        self.cell = cell

    def runtest(self):
        if self.parent.timed_out:
            pytest.skip("a cell before it ran out of time")
        client = self.parent.kernel.kc
        request = client.execute(
            "",
            silent=True,
            store_history=False,
            user_expressions=prose.expressions(self.cell.source),
        )
        while True:
            message = client.get_shell_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") == request:
                break
        computed = prose.values(self.cell.source, message["content"]["user_expressions"])
        if wrong := prose.differences(self.cell.source, computed):
            raise prose.ProseError("\n".join(wrong))

    def repr_failure(self, excinfo):
        return f"In the text of cell {self.cell.id}: {excinfo.value}\n`make run` writes the values."

    def reportinfo(self):
        return self.path, 0, f"{self.path.name}: words of {self.cell.id}"


def collect(self, cells_of_code=IPyNbFile.collect):
    """nbval's tests of a notebook, with the tests of its words between them."""
    code = cells_of_code(self)
    for cell in nbformat.read(self.path, as_version=4).cells:
        if cell.cell_type == "code":
            yield next(code)
        elif prose.NUMBER.search(cell.source):
            yield Words.from_parent(self, name=f"Words {cell.id}", cell=cell)


def join() -> None:
    """Let nbval collect the words, too."""
    IPyNbFile.collect = collect
