"""The security profiles of a run, and with which address, identity and credentials a lane connects in each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from harness.sut.model import Sut
from harness.sut.secret import Secret
from harness.sut.tables.link import Endpoint, Lane, key_bytes

TLS_FROM = 2
"""The lowest security profile with TLS."""


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """A station and its way to the back office; `pki` is the folder that issues its client certificate."""

    identity: str
    profile: int
    url: str
    auth_key: Secret | None = None
    ca_file: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    pki: str | None = None

    @property
    def basic_auth(self) -> tuple[str, bytes] | None:
        """User name and password octets when the profile has them (profiles 1 and 2)."""
        if self.auth_key is None or self.profile not in (1, 2):
            return None
        return self.identity, key_bytes(self.auth_key)


def link_of(sut: Sut, lane: Lane, profile: int | None = None, *, changing: bool = False) -> Link:
    """The link of a lane in a security profile; None: that of `[connection]`.

    `changing`: as the station whose credentials may be changed for good. An address that nothing gives is empty, which
    `plugproof check` refuses.
    """
    connection = sut.connection
    in_use = connection.security_profile if profile is None else profile
    # Without a profile it is an ordinary case, which goes by [connection] alone.
    endpoint = Endpoint() if profile is None else sut.endpoints.get(str(profile), Endpoint())
    return Link(
        identity=endpoint.station(lane.identity, changing=changing),
        profile=in_use,
        url=(connection.url if profile is None else url_of(sut, in_use)) or "",
        auth_key=lane.auth_key or connection.auth_key,
        ca_file=connection.ca_file,
        client_certificate=lane.client_certificate or connection.client_certificate,
        client_key=lane.client_key or connection.client_key,
        pki=sut.tls.pki,
    )


def security_stations(sut: Sut, lane: Lane) -> tuple[Lane, ...]:
    """The stations that the security cases of a lane play besides that of the lane itself."""
    endpoints = sut.endpoints.values()
    names = [endpoint.station(lane.identity, changing=changing) for endpoint in endpoints for changing in (False, True)]
    others = dict.fromkeys(name for name in names if name != lane.identity)
    return tuple(msgspec.structs.replace(lane, identity=name) for name in others)


def url_of(sut: Sut, profile: int) -> str | None:
    """The address for a security profile: its own, else one with or without TLS as it needs; None: there is none."""
    own = sut.endpoints.get(str(profile), Endpoint()).url
    if own is not None:
        return own
    scheme = "wss:" if profile >= TLS_FROM else "ws:"
    return next((url for url in _urls(sut) if url.startswith(scheme)), None)


def _urls(sut: Sut) -> Iterator[str]:
    addresses = (sut.connection.url, *(sut.endpoints[number].url for number in sorted(sut.endpoints)))
    return (url for url in addresses if url is not None)


def security_profiles(sut: Sut) -> tuple[int, ...]:
    """The security profiles claimed; when unanswered, the one the connection uses and those of `[endpoints]`."""
    if sut.security.profiles is not None:
        return sut.security.profiles
    return tuple(sorted({sut.connection.security_profile, *map(int, sut.endpoints)} - {0}))


def upgrades(sut: Sut) -> tuple[int, ...]:
    """The security profiles, 1 and 2, from which a station can rise by one, as far as both are claimed."""
    claimed = security_profiles(sut)
    return tuple(profile for profile in (1, 2) if {profile, profile + 1} <= set(claimed))


_PROFILES_OF = {
    "security-profile": (1, 2, 3),
    "security-profile-1-or-2": (1, 2),
    "security-profile-2-or-3": (2, 3),
    "security-profile-3": (3,),
}
"""Needs that say with which security profile a case connects."""


def security_profile(needs: Iterable[str], sut: Sut) -> int | None:
    """The security profile that a case with these needs connects with; None: any, so that of `[connection]`.

    Where several would do it is the one the run is in, else the lowest that is claimed.
    """
    names = tuple(needs)
    wanted = next((_PROFILES_OF[name] for name in names if name in _PROFILES_OF), None)
    if "security-profile-upgrade" in names:
        wanted = upgrades(sut)
    if wanted is None:
        return None
    in_use = sut.connection.security_profile
    return in_use if in_use in wanted else next((one for one in sorted(security_profiles(sut)) if one in wanted), None)
