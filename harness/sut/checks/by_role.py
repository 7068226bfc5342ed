"""Checks that depend on the role of the product, as tables of functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from harness.sut.model import Sut

Check = Callable[[Sut], Iterator[str]]
"""Gives sentences without the name of the file."""
ByRole = Mapping[str, Check]
"""Role -> what is looked at for it."""


def nothing(sut: Sut) -> Iterator[str]:
    """There is nothing to look at."""
    return iter(())
