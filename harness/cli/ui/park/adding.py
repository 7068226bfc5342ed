"""What is asked for of a new station in the car park, as the options of `plugproof station`, which make it.

A password comes in the request and goes into the station, and nowhere else. Certificates are named as files of the
machine that the page runs on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from harness.cli.ui.answers import Refused
from simulator.cli.version import Station
from simulator.cli.versions import USUAL
from simulator.models import built_in
from simulator.options.station import Given, station_of
from simulator.options.usage import UsageError

MOST_FAULTS: Final = 50
"""Deliberate defects of one station."""
MOST_PEM: Final = 1 << 20
"""Bytes of a file with certificates or a key."""
PROFILES: Final[Mapping[int, str]] = {
    0: "none",
    1: "password",
    2: "TLS and password",
    3: "TLS and client certificate",
}
"""Security profiles of a station, in a few words."""
_ID: Final = re.compile(r"[A-Za-z0-9*._=:+|@-]{1,48}")
_OPTION: Final = re.compile(r"(?P<first>\A)?--(?P<name>[a-z][a-z-]*)(?: (?:FILE|NAME)\b)?")
_WORDS: Final[Mapping[str, str]] = {
    "ca-file": "CA file",
    "certificate": "client certificate",
    "key": "private key",
    "auth-key-env": "password",
    "auth-key-file": "password",
    "fault": "deliberate defect",
}


def identity(asked: Mapping[str, Any], free: str) -> str:
    """The identity that is asked for, or the ``free`` one. Raises `Refused`."""
    id = str(asked.get("id") or free)
    if not _ID.fullmatch(id):
        raise Refused(422, f"{id}: an identity has up to 48 letters, digits and signs that OCPP allows in it.")
    return id


def made(asked: Mapping[str, Any], id: str) -> tuple[Station, Given]:
    """The station, and the options it is made of. Raises `Refused`.

    ``asked``: `url`, and where they are not the usual ones `ocpp`, `model` or `connectors` and `power` (W),
    `security_profile` with `password`, `ca_file`, `certificate` and `key`, and `faults`, a list of names.
    """
    model = asked.get("model") or None
    if model is not None and model not in built_in():
        raise Refused(422, f"There is no model {model}.")
    profile = _whole(asked, "security_profile", min(PROFILES), max(PROFILES))
    password, url = _password(asked, profile), _address(asked)
    given = Given(
        url=url,
        id=id,
        ocpp=str(asked.get("ocpp") or USUAL),
        retry=True,
        model=model,
        connectors=_whole(asked, "connectors", 1, 16),
        power=_whole(asked, "power", 1, 1_000_000),
        security_profile=None if profile is None or profile == _implied(url, profile) else profile,
        ca_file=_file(asked, "ca_file"),
        certificate=_file(asked, "certificate"),
        key=_file(asked, "key"),
        fault=_faults(asked),
    )
    if profile == 3 and (given.certificate is None or given.key is None):
        raise Refused(422, "Security profile 3 needs a client certificate and its private key; name both files.")
    try:
        return station_of(given, password), given
    except UsageError as error:
        raise Refused(422, _in_words(str(error))) from None


def _implied(url: str, profile: int) -> int:
    """The profile that the address and the credentials of ``profile`` make: it needs no security extensions."""
    tls = url.lower().startswith("wss:")
    if profile in (1, 2):
        return 2 if tls else 1
    return profile if tls or profile == 0 else 0


def _address(asked: Mapping[str, Any]) -> str:
    found = asked.get("url")
    if not isinstance(found, str) or not found.strip():
        raise Refused(422, "The address of the CSMS is missing; it begins with ws:// or wss://.")
    try:
        has_password = "@" in urlsplit(found).netloc
    except ValueError:
        has_password = False
    if has_password:
        raise Refused(422, "An address has no password in it; there is a field for that.")
    return found.strip()


def _password(asked: Mapping[str, Any], profile: int | None) -> str | None:
    found = asked.get("password") or None
    if not isinstance(found, str | None):
        raise Refused(422, "The password is a text.")
    if found is None and profile in (1, 2):
        raise Refused(422, f"Security profile {profile} needs a password.")
    if found is not None and profile not in (1, 2):
        raise Refused(422, "A password is for the security profiles 1 and 2; choose one of them, or leave it out.")
    return found


def _file(asked: Mapping[str, Any], name: str) -> str | None:
    found = asked.get(name) or None
    if found is None:
        return None
    word = _WORDS[name.replace("_", "-")]
    path = Path(str(found))
    try:
        is_small_file = path.is_file() and path.stat().st_size <= MOST_PEM
    except (OSError, ValueError):
        is_small_file = False
    if not is_small_file:
        raise Refused(422, f"{word[:1].upper()}{word[1:]} {found}: there is no such file of at most {MOST_PEM} bytes.")
    return str(path)


def _faults(asked: Mapping[str, Any]) -> list[str] | None:
    found = asked.get("faults") or None
    if found is None:
        return None
    if not isinstance(found, list) or len(found) > MOST_FAULTS or not all(isinstance(name, str) for name in found):
        raise Refused(422, f"`faults` is a list of at most {MOST_FAULTS} names.")
    return found


def _whole(asked: Mapping[str, Any], name: str, least: int, most: int) -> int | None:
    found = asked.get(name)
    if found is None or found == "":
        return None
    if not isinstance(found, int) or not least <= found <= most:
        raise Refused(422, f"{name} is a whole number from {least} to {most}.")
    return found


def _in_words(sentence: str) -> str:
    """A sentence about options, as one about fields."""

    def word(match: re.Match[str]) -> str:
        name = match["name"]
        found = _WORDS.get(name, name.replace("-", " "))
        return f"the {found}" if match["first"] is None else f"{found[:1].upper()}{found[1:]}"

    return _OPTION.sub(word, sentence)
