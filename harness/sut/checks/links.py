"""Mistakes in how a system under test is reached: its address, its keys and certificates, the files that are named."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from harness.sut.checks.by_role import ByRole, nothing
from harness.sut.model import Sut
from harness.sut.secret import Secret
from harness.sut.tables.link import key_bytes
from harness.sut.tables.operation import RestSettings
from ocppj.versions import UnknownErrata, protocol

_INSTEAD = {"http": "ws", "https": "wss"}


def address_problems(url: str | None, key: str = "connection.url") -> Iterator[str]:
    """What is wrong with the address of a back office that `key` gives; nothing when there is none."""
    if url is None:
        return
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError as problem:
        yield f"{key} is not an address ({problem}); write for example ws://127.0.0.1:9000/ocpp"
        return
    if parts.scheme in _INSTEAD:
        instead = _INSTEAD[parts.scheme]
        yield (
            f"{key} starts with {parts.scheme}://, but OCPP-J speaks WebSocket; "
            f"write {instead}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        )
    elif parts.scheme not in ("ws", "wss"):
        yield f"{key} must start with ws:// or wss://; write for example ws://127.0.0.1:9000/ocpp"
    if parts.scheme in ("ws", "wss", "http", "https") and not host:
        yield f"{key} names no host; write for example ws://127.0.0.1:9000/ocpp"
    if port == 0:
        yield f"{key} has port 0, which nobody can be reached at; write the port the back office listens on"
    if parts.username is not None:
        yield f"{key} holds a user name; remove it, the identity is the user and connection.auth_key the key"
    if parts.query or parts.fragment:
        yield f"{key} must end with its path, because the identity is appended; remove what follows ? or #"


def errata_problems(sut: Sut) -> Iterator[str]:
    """An errata level that the version does not have."""
    try:
        protocol(sut.version, sut.connection.errata)
    except UnknownErrata as problem:
        yield f"connection.errata: {problem}; correct it or leave it out"


def security_problems(sut: Sut) -> Iterator[str]:
    """Security profile, keys and certificates that do not fit together (security white paper, profiles 1 to 3)."""
    link, profile = sut.connection, sut.connection.security_profile
    start = sut.security.start_profile
    if start is not None and start != profile:
        yield (
            f"security.start_profile = {start} contradicts connection.security_profile = {profile}; "
            "make them equal or remove security.start_profile"
        )
    claimed = sut.security.profiles
    if claimed is not None and profile and profile not in claimed:
        yield (
            f"connection.security_profile = {profile} is not among security.profiles; "
            f"add {profile} to security.profiles or change the connection"
        )
    if sut.security.basic_auth.min_length > sut.security.basic_auth.max_length:
        yield "security.basic_auth.min_length is more than max_length; exchange them"
    yield from _WAY_IN[sut.role](sut)
    if profile in (1, 2):
        keyless = [lane.identity for lane in sut.lanes if lane.auth_key is None]
        if link.auth_key is None and (keyless or not sut.lanes):
            yield (
                f"connection.security_profile = {profile} needs a basic auth key; "
                'write connection.auth_key = "${CSMS_AUTH_KEY}" or an auth_key in every [[lanes]]'
            )
        for identity in (lane.identity for lane in sut.lanes):
            if ":" in identity:
                yield (
                    f"lane {identity} has a colon, which a basic auth user name cannot carry; "
                    "use another identity or security profile 3"
                )
    keys = [("connection.auth_key", link.auth_key), ("connection.new_auth_key", link.new_auth_key)]
    keys += [(f"auth_key of lane {lane.identity}", lane.auth_key) for lane in sut.lanes]
    for place, key in keys:
        yield from _key_problems(place, key, sut)


def _of_a_back_office(sut: Sut) -> Iterator[str]:
    link, profile = sut.connection, sut.connection.security_profile
    if link.url is not None:
        if profile >= 2 and link.url.startswith("ws:"):
            yield f"connection.security_profile = {profile} needs TLS; write connection.url with wss://"
        if profile == 1 and link.url.startswith("wss:"):
            yield "connection.security_profile = 1 is without TLS; write 2, or connection.url with ws://"
    if profile == 3 and sut.tls.pki is None:
        for name in ("client_certificate", "client_key"):
            if getattr(link, name) is None and not _in_every_lane(sut, name):
                yield f"connection.{name} is missing, security profile 3 needs it; name the PEM file"


_WAY_IN: Final[ByRole] = {"csms": _of_a_back_office, "charge_point": nothing}
"""Role -> what plugproof needs to connect to it."""


def _in_every_lane(sut: Sut, name: str) -> bool:
    return bool(sut.lanes) and all(getattr(lane, name) is not None for lane in sut.lanes)


def _key_problems(place: str, key: Secret | None, sut: Sut) -> Iterator[str]:
    if key is None:
        return
    try:
        length = len(key_bytes(key))
    except ValueError:
        yield f"{place} starts with hex: but goes on with something else than pairs of hex digits; correct it"
        return
    bounds = sut.security.basic_auth
    in_use = {sut.connection.security_profile, *(sut.security.profiles or ()), *map(int, sut.endpoints)}
    if in_use & {1, 2} and not bounds.min_length <= length <= bounds.max_length:
        yield (
            f"{place} has {length} octets, wanted are {bounds.min_length} to {bounds.max_length}; "
            "use another key or state the product's own bounds in [security.basic_auth]"
        )


def file_problems(sut: Sut) -> Iterator[str]:
    """Files that are named but are not there."""
    places = {
        **{
            f"connection.{name}": getattr(sut.connection, name)
            for name in ("ca_file", "client_certificate", "client_key")
        },
        **{f"tls.{name}": getattr(sut.tls, name) for name in ("server_certificate", "root", "root_2")},
        **{
            f"{name} of lane {lane.identity}": getattr(lane, name)
            for lane in sut.lanes
            for name in ("client_certificate", "client_key")
        },
        "files.signing_certificate": sut.files.signing_certificate,
    }
    if isinstance(sut.operator, RestSettings):
        places["operator.ca_file"] = sut.operator.ca_file
    for place, name in places.items():
        if name is not None and not Path(name).is_file():
            yield f"{place} names {name}, where there is no file; correct the name, it is relative to the SUT file"


def resolve_files(sut: Sut, folder: Path) -> Sut:
    """Make the file names of a SUT absolute; they are written relative to the SUT file's folder."""

    def absolute(name: str | None) -> str | None:
        return None if name is None else str((folder / name).absolute())

    replace = msgspec.structs.replace
    link, tls, operator = sut.connection, sut.tls, sut.operator
    if isinstance(operator, RestSettings):
        operator = replace(operator, ca_file=absolute(operator.ca_file))
    return replace(
        sut,
        connection=replace(
            link,
            ca_file=absolute(link.ca_file),
            client_certificate=absolute(link.client_certificate),
            client_key=absolute(link.client_key),
        ),
        tls=replace(
            tls,
            pki=absolute(tls.pki),
            server_certificate=absolute(tls.server_certificate),
            root=absolute(tls.root),
            root_2=absolute(tls.root_2),
        ),
        lanes=tuple(
            replace(
                lane,
                client_certificate=absolute(lane.client_certificate),
                client_key=absolute(lane.client_key),
            )
            for lane in sut.lanes
        ),
        files=replace(sut.files, signing_certificate=absolute(sut.files.signing_certificate)),
        operator=operator,
    )
