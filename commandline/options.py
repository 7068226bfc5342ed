"""How an option is declared: the word for its value, what it means, and the heading of the help it stands under.

    DRIVERS = Heading("Drivers and outages")

    seed: Annotated[int, DRIVERS("N", "The same seed brings the same drivers.")] = 1

What several commands have is declared once, as a `Shared`: `DRIVERS.of(SEED)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import typer


def option(word: str | None, meaning: str, *names: str, **how: Any) -> Any:
    """An option that stands under no heading; a switch has no `word`. Without `names` it is called as its parameter."""
    return typer.Option(*names, metavar=word, help=meaning, **how)


@dataclass(frozen=True, slots=True)
class Shared:
    """An option of several commands, and what it is when nothing is said (None: it depends on the command)."""

    word: str
    meaning: str
    default: Any = None


@dataclass(frozen=True, slots=True)
class Heading:
    """Declares the options that stand under it."""

    text: str

    def __call__(self, word: str | None, meaning: str, *names: str, **how: Any) -> Any:
        """As `option`."""
        return option(word, meaning, *names, rich_help_panel=self.text, **how)

    def of(self, shared: Shared) -> Any:
        """An option that other commands have, too."""
        return self(shared.word, shared.meaning)
