"""Mistakes in who acts on a back office and as which stations: `[operator]`, `[fixtures]`, `[identities]`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.sut.checks.by_role import ByRole, nothing
from harness.sut.model import Sut
from harness.sut.tables.fixtures import NoFixtures, ReferenceFixtures, RestFixtures, TriggerFixtures
from harness.sut.tables.link import SHORTEST_CASE
from harness.sut.tables.operation import TriggerSettings


def acting_problems(sut: Sut) -> Iterator[str]:
    """Every sentence (without the file name)."""
    yield from _identities(sut)
    yield from _fixtures(sut)
    yield from _NOT_FOR[sut.role](sut)
    for table, settings in (("operator", sut.operator), ("fixtures", sut.fixtures)):
        if isinstance(settings, TriggerSettings | RestFixtures | TriggerFixtures):
            name = settings.ca_file
            if name is not None and not Path(name).is_file():
                yield (
                    f"{table}.ca_file names {name}, where there is no file; "
                    "correct the name, it is relative to the SUT file"
                )


def _not_for_a_charge_point(sut: Sut) -> Iterator[str]:
    if sut.connection.health is not None:
        yield "connection.health is for a back office; remove it"
    if not isinstance(sut.fixtures, NoFixtures):
        yield "[fixtures] is for a back office; remove the table"


_NOT_FOR: Final[ByRole] = {"csms": nothing, "charge_point": _not_for_a_charge_point}
"""Role -> what is said of it though it is only for the other one."""


def _identities(sut: Sut) -> Iterator[str]:
    source = sut.identities
    if source is None:
        return
    if "{case}" not in source.pattern and "{lane" not in source.pattern:
        yield (
            "identities.pattern gives every worker the same identity; "
            'put {case} or {lane} into it, for example pattern = "PP-{run}-{case}"'
        )
    elif source.fresh and source.room() < SHORTEST_CASE:
        yield (
            f"identities.pattern leaves {max(source.room(), 0)} of identities.max_length = {source.max_length} "
            f"characters for the case, {SHORTEST_CASE} are needed; shorten the pattern"
        )
    elif source.room() < 0:
        yield (
            f"identities.pattern gives identities that are longer than identities.max_length = {source.max_length}; "
            "shorten the pattern"
        )


def _fixtures(sut: Sut) -> Iterator[str]:
    fixtures = sut.fixtures
    if isinstance(fixtures, RestFixtures | TriggerFixtures) and fixtures.base_url is None:
        yield (
            "fixtures.base_url is missing, and [operator] has none to take; "
            'add for example base_url = "https://csms.example/api"'
        )
    if isinstance(fixtures, RestFixtures) and fixtures.tags_per == "case":
        made = fixtures.tags.create or (fixtures.tags.valid and (fixtures.tags.valid_2 or sut.tags.valid_2 is None))
        if made is None or fixtures.tags.remove is None:
            yield (
                'fixtures.tags_per = "case" makes tags and removes them again; '
                "add [fixtures.tags.create] and [fixtures.tags.remove], or remove the key"
            )
    if isinstance(fixtures, ReferenceFixtures) and fixtures.api is None:
        yield 'fixtures.api is missing, and [operator] has none to take; add for example api = "http://127.0.0.1:9001"'
