"""What can go wrong with a file on its way, and how long it may take, whatever carries it."""

from __future__ import annotations

from typing import Literal

LONGEST_REASON = 200
"""Characters of what a server says that are told."""

SILENCE = 30.0
"""Seconds without a byte after which a transfer has failed."""

LONGEST = 600.0
"""Seconds a transfer may take."""

Problem = Literal["BadMessage", "NotSupportedOperation", "PermissionDenied", "UploadFailure"]
"""What a server made of a transfer, in the words that every version has for what it tells of an upload."""


class TransferFailed(Exception):
    """A file was not moved; the text says why. `hopeless`: another try cannot end otherwise."""

    def __init__(self, problem: Problem, sentence: str, *, hopeless: bool = False) -> None:
        super().__init__(sentence)
        self.problem = problem
        self.hopeless = hopeless
