"""What the first look of a run found, as all its processes know it: how far a station came, which tags are not there.

It is kept in a file of the output folder, beside those of ``harness.plugin.trouble.health``, while the run lasts.
"""

from collections.abc import Collection, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from harness.case.facts import Case
from harness.case.tags import presented
from harness.peers.look import Answers
from harness.sut import Tags

FILE: Final = ".sut-at-first"


class Found(msgspec.Struct, frozen=True):
    """``unknown``: idTag -> the sentence why cases cannot be run with this tag."""

    answers: Answers = Answers.BOOTS
    unknown: Mapping[str, str] = {}

    @classmethod
    def of(cls, folder: Path) -> "Found":
        """What was written into the output folder; everything was there when nothing was."""
        with suppress(OSError, msgspec.DecodeError):
            return msgspec.json.decode((folder / FILE).read_bytes(), type=cls)
        return cls()

    def write(self, folder: Path) -> None:
        """Tell the other processes of the run."""
        with suppress(OSError):  # a disk that is full; then the cases find out themselves
            folder.mkdir(parents=True, exist_ok=True)
            (folder / FILE).write_bytes(msgspec.json.encode(self))

    def missing(self, case: Case, fixtures: Collection[str], tags: Tags) -> str | None:
        """Why a case cannot be run with these tags, by those that it presents; ``None`` when it can."""
        shown = (getattr(tags, name) for name in presented(case, fixtures))
        return next((self.unknown[tag] for tag in shown if tag in self.unknown), None)
