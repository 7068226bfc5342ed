"""What is raised when a SUT file cannot be used."""

from __future__ import annotations

from collections.abc import Iterable


class SutError(Exception):
    """The SUT file (or the address given instead of one) is not usable.

    `sentences` holds one sentence per mistake; each names the file, the key and the fix.
    """

    def __init__(self, sentences: Iterable[str]) -> None:
        self.sentences = list(sentences)
        super().__init__("\n".join(self.sentences))
