"""Who the background stations are: identities, cards and credentials, from the SUT file or drawn for the run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

from harness.case.verdicts import HarnessError
from harness.sut import Lane, NoFixtures, RestFixtures, Secret, Sut, key_bytes, link_of

IDENTITY: Final = "PP-{run}-L{station:04d}"
TAG: Final = "PP-LOAD-{station:05d}"
RAMP: Final = 50.0
"""Stations switched on a second."""
GRACE: Final = 3.0
"""Seconds they have in the end to stop what runs."""
NO_CERTIFICATES_FROM: Final = 3
"""The security profile with a client certificate for every station."""
_REFUSED: Final[Mapping[str, str]] = {
    "charge_point": "--background keeps a CSMS busy, and {source} describes a charge point; leave it out",
}
"""Role -> why its products have no use for stations in the background."""


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """What the process of the stations needs to know; station *n* (from 1) has the n-th identity, and tags in turn.

    ``stations_made``, ``tags_made``: they are made known to the CSMS before the load, and removed after it.
    """

    url: str
    identities: tuple[str, ...]
    tags: tuple[str, ...]
    seed: int
    message_s: float
    auth_key: Secret | None = None
    ca_file: str | None = None
    stations_made: bool = False
    tags_made: bool = False

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The stations as provisioning wants them."""
        return tuple(Lane(identity=identity, auth_key=self.auth_key) for identity in self.identities)

    def facts(self) -> dict[str, Any]:
        """What goes to the process, in types of JSON; with the key, so that it may go into a pipe only."""
        return {
            "url": self.url,
            "identities": self.identities,
            "tags": self.tags,
            "seed": self.seed,
            "message_s": self.message_s,
            "auth_key": None if self.auth_key is None else key_bytes(self.auth_key).hex(),
            "ca_file": self.ca_file,
        }


def crew_for(sut: Sut, stations: int, run: str) -> Crew:
    """The background stations of a run, ``run`` being what ``{run}`` stands for.

    Raises ``HarnessError`` with a sentence when the SUT file lacks what they need.
    """
    if sut.role in _REFUSED:
        raise HarnessError(_REFUSED[sut.role].format(source=sut.source))
    settings, makes = sut.background, _makes_stations(sut)
    link = link_of(sut, Lane(identity="", auth_key=settings.auth_key))
    if link.profile >= NO_CERTIFICATES_FROM:
        raise HarnessError(
            f"{sut.source}: --background has no client certificates for its stations, which security profile "
            f"{link.profile} of [connection] asks for; leave it out"
        )
    if settings.identity is None and sut.lanes and not makes:
        raise HarnessError(
            f"{sut.source}: --background needs {stations} stations that the CSMS knows besides [[lanes]]; "
            'name them, e.g. identity = "LOAD-{station:04d}" in [background], or have them made by [fixtures]'
        )
    if link.profile in (1, 2) and link.auth_key is None:
        raise HarnessError(f"{sut.source}: --background has no key for its stations; set auth_key in [background]")
    numbers = range(1, stations + 1)
    pattern = settings.identity or IDENTITY
    identities = tuple(pattern.format(run=run, station=number) for number in numbers)
    tags = settings.tags or tuple(TAG.format(station=number) for number in numbers)
    _check_own(sut, "identity", identities, {lane.identity for lane in sut.lanes}, "[[lanes]]")
    _check_own(sut, "tags", tags, set(sut.named_tags().values()), "[tags]")
    return Crew(
        url=link.url,
        identities=identities,
        tags=tags,
        seed=settings.seed,
        message_s=sut.timeouts.message_s,
        auth_key=link.auth_key if link.profile in (1, 2) else None,
        ca_file=link.ca_file,
        stations_made=makes and settings.identity is None,
        tags_made=not settings.tags,
    )


def _check_own(sut: Sut, key: str, names: tuple[str, ...], others: Collection[str | None], table: str) -> None:
    """What is busy in the background must not be what a case looks at."""
    for name in names:
        if name in others:
            raise HarnessError(f"{sut.source}: background.{key} gives {name}, which is in {table} too; give another")


def _makes_stations(sut: Sut) -> bool:
    fixtures = sut.fixtures
    if isinstance(fixtures, RestFixtures):
        return fixtures.stations.create is not None
    return not isinstance(fixtures, NoFixtures)
