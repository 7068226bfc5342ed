"""`[run] mask_tags`: the idTags of the SUT file are secrets too, for those whose tags belong to people."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from harness.sut.model import Sut
from harness.sut.secret import SHORTEST, Secret
from harness.sut.tables.values import RANDOM


def with_masked_tags(sut: Sut) -> Sut:
    """The same system under test, with its tags among the secrets when the file asks for that."""
    if not sut.run.mask_tags:
        return sut
    return msgspec.structs.replace(sut, secrets=(*sut.secrets, *(Secret(tag) for _, tag in _tags(sut))))


def mask_problems(sut: Sut) -> list[str]:
    """One sentence per tag that cannot be masked, because its text is too short to mean only a tag."""
    if not sut.run.mask_tags:
        return []
    return [
        f"run.mask_tags cannot hide {name}, which has {len(tag)} character{'s' * (len(tag) != 1)}; "
        f"choose a tag of at least {SHORTEST}, or remove mask_tags"
        for name, tag in _tags(sut)
        if len(tag) < SHORTEST
    ]


def _tags(sut: Sut) -> Iterator[tuple[str, str]]:
    for name, tag in sut.named_tags().items():
        if RANDOM not in tag:
            yield f"tags.{name}", tag
    for number, tag in enumerate(sut.background.tags):
        yield f"background.tags[{number}]", tag
