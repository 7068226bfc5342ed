"""Named needs of cases. `Needs` is what a version knows of them, `conditions` what they are made of."""

from harness.sut.needs.model import ALWAYS, NOT_TESTED, OF_NEED, Need, Needs, UnknownNeed, table

__all__ = ["ALWAYS", "NOT_TESTED", "OF_NEED", "Need", "Needs", "UnknownNeed", "table"]
