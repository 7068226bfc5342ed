"""Mistakes in what the security cases need: an address, a station and credentials for every profile that is claimed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from harness.sut.checks.by_role import ByRole
from harness.sut.checks.links import address_problems
from harness.sut.model import Sut
from harness.sut.reach import TLS_FROM, security_profiles, upgrades, url_of
from harness.sut.sentences import toml_value
from harness.sut.tables.link import LANE_IDENTITY, Endpoint
from harness.sut.tables.operation import ReferenceSettings

LONGEST_NAME = 64  # characters of a common name (X.520)


def endpoint_problems(sut: Sut) -> Iterator[str]:
    """Every sentence about `[endpoints]`, and about profiles that are claimed and cannot be connected with."""
    return _BY_ROLE[sut.role](sut)


def _of_a_charge_point(sut: Sut) -> Iterator[str]:
    if sut.endpoints:
        yield "[endpoints] is for a back office; a charge point connects to plugproof, so remove the table"


def _of_a_back_office(sut: Sut) -> Iterator[str]:
    claimed = security_profiles(sut)
    for number, endpoint in sorted(sut.endpoints.items()):
        yield from _of_endpoint(sut, int(number), endpoint, claimed)
    for profile in claimed:
        yield from _of_profile(sut, profile)
    yield from _of_upgrade(sut)
    yield from _of_folder(sut)


_BY_ROLE: Final[ByRole] = {"csms": _of_a_back_office, "charge_point": _of_a_charge_point}


def _of_endpoint(sut: Sut, profile: int, endpoint: Endpoint, claimed: tuple[int, ...]) -> Iterator[str]:
    key = f"endpoints.{profile}"
    if profile not in claimed:
        yield f"[{key}] is for a profile that security.profiles does not claim; add {profile} to it or remove the table"
    yield from address_problems(endpoint.url, f"{key}.url")
    if endpoint.url is not None:
        if profile >= TLS_FROM and endpoint.url.startswith("ws:"):
            yield f"{key}.url is without TLS, which security profile {profile} needs; write it with wss://"
        if profile < TLS_FROM and endpoint.url.startswith("wss:"):
            yield f"{key}.url is with TLS, which security profile {profile} is without; write it with ws://"
    many = sut.lane_count is None or sut.lane_count > 1
    for name in ("identity", "changing_identity"):
        pattern = getattr(endpoint, name)
        if pattern is None:
            continue
        rest = pattern.replace(LANE_IDENTITY, "")
        if "{" in rest or "}" in rest:
            yield f"{key}.{name} has a placeholder that is not {LANE_IDENTITY}; write for example {_example(name)}"
        elif many and LANE_IDENTITY not in pattern:
            yield f"{key}.{name} is the same station for every lane; write for example {_example(name)}"
        elif profile in (1, 2) and ":" in rest:
            yield f"{key}.{name} has a colon, which a basic auth user name cannot carry; use another identity"


def _example(name: str) -> str:
    return toml_value(f"{LANE_IDENTITY}-S" if name == "identity" else f"{LANE_IDENTITY}-UP")


def _of_profile(sut: Sut, profile: int) -> Iterator[str]:
    if profile == sut.connection.security_profile:
        return  # the checks of [connection] say what is wrong
    if url_of(sut, profile) is None:
        scheme = "wss" if profile >= TLS_FROM else "ws"
        yield (
            f"security profile {profile} is claimed, but no address begins with {scheme}://; add [endpoints.{profile}] "
            f'with for example url = "{scheme}://csms.example/ocpp"'
        )
    if profile in (1, 2) and sut.connection.auth_key is None:
        keyless = [lane.identity for lane in sut.lanes if lane.auth_key is None]
        if keyless or not sut.lanes:
            yield (
                f"security profile {profile} is claimed and needs a basic auth key; "
                'write connection.auth_key = "${CSMS_AUTH_KEY}" or an auth_key in every [[lanes]]'
            )
    if profile == 3 and sut.tls.pki is None and not _has_certificate(sut):
        yield (
            "security profile 3 is claimed and needs a client certificate; make a folder with `plugproof pki` and name "
            'it, for example tls.pki = "pki", or name connection.client_certificate and connection.client_key'
        )


def _has_certificate(sut: Sut) -> bool:
    connection = sut.connection
    if connection.client_certificate and connection.client_key:
        return True
    return bool(sut.lanes) and all(lane.client_certificate and lane.client_key for lane in sut.lanes)


def _of_upgrade(sut: Sut) -> Iterator[str]:
    """TC_083 raises a station for good, so that it must be one nobody else uses, unless the operator can lower it."""
    if isinstance(sut.operator, ReferenceSettings):
        return
    possible, in_use = upgrades(sut), sut.connection.security_profile
    first = in_use if in_use in possible else next(iter(possible), None)
    if first is not None and sut.endpoints.get(str(first), Endpoint()).changing_identity is None:
        yield (
            f"TC_083 raises the security profile of its station for good, so it needs one of its own, registered with "
            f"profile {first}; add [endpoints.{first}] with for example changing_identity = "
            f"{_example('changing_identity')}"
        )


def _of_folder(sut: Sut) -> Iterator[str]:
    if sut.tls.pki is not None and not (Path(sut.tls.pki) / "root.key").is_file():
        yield f"tls.pki names {sut.tls.pki}, which `plugproof pki` has not made; make it or correct the name"
    if 3 not in security_profiles(sut) or sut.tls.pki is None or _has_certificate(sut):
        return
    endpoint = sut.endpoints.get("3", Endpoint())
    for lane in sut.lanes:
        for name in {endpoint.station(lane.identity), endpoint.station(lane.identity, changing=True)}:
            if len(name) > LONGEST_NAME:
                yield (
                    f"the identity {name} has {len(name)} characters, but it is the common name of a client "
                    f"certificate, which has at most {LONGEST_NAME}; use a shorter one"
                )
