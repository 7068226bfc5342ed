"""Who the background stations are: identities, cards and credentials, from the SUT file or drawn for the run."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from harness.case.verdicts import HarnessError
from harness.processes.background.wanted import Wanted
from harness.sut import Lane, NoFixtures, RestFixtures, Secret, Sut, key_bytes, link_of

IDENTITY: Final = "PP-{run}-L{station:04d}"
TAG: Final = "PP-LOAD-{station:05d}"
ENOUGH: Final = "enough"
"""What the process of the stations is told before its input ends when the cases are over."""
NO_CERTIFICATES_FROM: Final = 3
"""The security profile with a client certificate for every station."""
_REFUSED: Final[Mapping[str, str]] = {
    "charge_point": "--background keeps a CSMS busy, and {source} describes a charge point; leave it out",
}
"""Role -> why its products have no use for stations in the background."""


class Crew(msgspec.Struct, frozen=True, kw_only=True):
    """What the process of the stations needs to know; station *n* (from 1) has the n-th identity, and tags in turn.

    ``stations_made``, ``tags_made``: they are made known to the CSMS before the load, and removed after it.
    ``profile``: the name or the file of the load profile that they play; None: they keep an even pace. The cases wait
    for those that are switched on ``settles_after`` seconds after the first; for their end they have ``grace`` seconds.
    """

    url: str
    identities: tuple[str, ...]
    tags: tuple[str, ...]
    seed: int
    message_s: float
    settles_after: float
    grace: float
    auth_key: Secret | None = None
    ca_file: str | None = None
    stations_made: bool = False
    tags_made: bool = False
    profile: str | None = None

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
            "profile": self.profile,
            "settles_after": self.settles_after,
            "grace": self.grace,
        }


def crew_for(sut: Sut, wanted: Wanted, run: str) -> Crew:
    """The background stations of a run, ``run`` being what ``{run}`` stands for.

    Where stations have to be known and the SUT file names none, they have the names that the profile gives them; where
    nobody makes cards, their drivers hold those of the profile that no case holds. Raises ``HarnessError`` with a
    sentence when the SUT file lacks what they need.
    """
    if sut.role in _REFUSED:
        raise HarnessError(_REFUSED[sut.role].format(source=sut.source))
    settings, makes, stations = sut.background, _makes_stations(sut), wanted.stations
    said = {} if wanted.profile is None else wanted.profile.options
    named = settings.identity or (_pattern(said.get("id_prefix")) if sut.lanes and not makes else None)
    link = link_of(sut, Lane(identity="", auth_key=settings.auth_key))
    if link.profile >= NO_CERTIFICATES_FROM:
        raise HarnessError(
            f"{sut.source}: --background has no client certificates for its stations, which security profile "
            f"{link.profile} of [connection] asks for; leave it out"
        )
    if named is None and sut.lanes and not makes:
        raise HarnessError(
            f"{sut.source}: --background needs {stations} stations that the CSMS knows besides [[lanes]]; "
            'name them, e.g. identity = "LOAD-{station:04d}" in [background], or have them made by [fixtures]'
        )
    if link.profile in (1, 2) and link.auth_key is None:
        raise HarnessError(f"{sut.source}: --background has no key for its stations; set auth_key in [background]")
    numbers = range(1, stations + 1)
    pattern = named or IDENTITY
    identities = tuple(pattern.format(run=run, station=number) for number in numbers)
    given = settings.tags or _free(sut, said.get("tag", ()))
    tags = given or tuple(TAG.format(station=number) for number in numbers)
    _check_own(sut, "identity", identities, {lane.identity for lane in sut.lanes}, "[[lanes]]")
    _check_own(sut, "tags", tags, set(sut.named_tags().values()), "[tags]")
    return Crew(
        url=link.url,
        identities=identities,
        tags=tags,
        seed=said.get("seed", settings.seed),
        message_s=sut.timeouts.message_s,
        settles_after=wanted.settles_after,
        grace=wanted.grace,
        auth_key=link.auth_key if link.profile in (1, 2) else None,
        ca_file=link.ca_file,
        stations_made=makes and settings.identity is None,
        tags_made=not given,
        profile=None if wanted.profile is None else wanted.given,
    )


def _pattern(prefix: str | None) -> str | None:
    """The identities that a profile names, as `plugproof fleet` makes them of its prefix."""
    return None if prefix is None else prefix.replace("{", "{{").replace("}", "}}") + "{station:05d}"


def _free(sut: Sut, tags: Sequence[str]) -> tuple[str, ...]:
    """The cards of a profile that no case holds; none where every station can be given one of its own."""
    if not isinstance(sut.fixtures, NoFixtures):
        return ()
    taken = set(sut.named_tags().values())
    return tuple(tag for tag in tags if tag not in taken)


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
