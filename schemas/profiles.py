"""The profiles of each version: one table (`v<digits>/profiles.toml`) for cases, claims, results and reports."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import msgspec

from schemas.versions import files_of, known_versions


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A profile as a case, a result, a reader and a SUT file name it; `place`: in print, None where it has none.

    Without a `key` it is nothing that a vendor claims. The cases of an `optional` one run only when it is named.
    """

    case: str
    name: str
    title: str
    key: str | None = None
    place: int | None = None
    optional: bool = False


@cache
def profiles(version: str) -> tuple[Profile, ...]:
    """Those of a version, in the order in which people choose among them; none where it has no table.

    Raises UnknownVersion.
    """
    file = resources.files("schemas") / files_of(version).folder / "profiles.toml"
    text = file.read_text(encoding="utf-8") if file.is_file() else "profile = []"
    return msgspec.convert(tomllib.loads(text)["profile"], tuple[Profile, ...])


@cache
def printed(*versions: str) -> tuple[Profile, ...]:
    """Those with a place in print, in its order; without a version those of all, each name once."""
    found: dict[str, Profile] = {}
    for version in versions or known_versions():
        placed = [(one.place, one) for one in profiles(version) if one.place is not None]
        for _, profile in sorted(placed, key=lambda pair: pair[0]):
            found.setdefault(profile.name, profile)
    return tuple(found.values())
