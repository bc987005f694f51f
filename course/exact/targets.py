"""What a question, a ledger row or a table cell is about: one quantity of a model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Target:
    """A quantity by its name, and the label of the group if it belongs to one.

    `str` writes it as text, "mu" or "mu_j: Camilo", and `parse` reads that again: the key under
    which answers, the ledger and the benchmark store it.
    """

    name: str
    label: Any = None

    def __str__(self) -> str:
        return self.name if self.label is None else f"{self.name}: {self.label}"

    @classmethod
    def parse(cls, text: str) -> Target:
        """The target that is written so; a label is text then."""
        name, colon, label = text.partition(": ")
        return cls(name, label if colon else None)
