"""The names of the profiles, in every spelling that a table, a file or a case gives them."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

from reports.verdicts import PROFILES as PRINTED

PROFILES: Final = {
    "core": "Core",
    "firmware_management": "FirmwareManagement",
    "local_auth_list": "LocalAuthListManagement",
    "reservation": "Reservation",
    "smart_charging": "SmartCharging",
    "remote_trigger": "RemoteTrigger",
    "security": "Security",
    "performance": "Performance",
}
"""Profile as a case names it -> profile as results and the catalogue name it."""
TITLES: Final = {name: name for name in PROFILES.values()} | {profile.name: profile.title for profile in PRINTED}
"""Profile as results name it -> as tables print it."""


def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())


_KNOWN: Final = {
    _folded(spelling): name
    for short, name in PROFILES.items()
    for spelling in (short, name, TITLES[name], *(profile.key for profile in PRINTED if profile.name == name))
}


class UnknownProfile(Exception):
    """There is no profile of this name; the text says which ones there are, or which one was meant."""


def profile_named(text: str) -> str:
    """``Smart Charging``, ``SmartCharging`` or ``smart_charging`` -> ``SmartCharging``. Raises ``UnknownProfile``."""
    found = _KNOWN.get(_folded(text))
    if found is not None:
        return found
    close = get_close_matches(_folded(text), _KNOWN, n=1)
    if close:
        raise UnknownProfile(f"{text} is no profile; did you mean {TITLES[_KNOWN[close[0]]]}?")
    raise UnknownProfile(f"{text} is no profile; there are: {', '.join(TITLES.values())}")


def checked(names: Iterable[str], option: str) -> tuple[str, ...]:
    """The names as results have them. Raises ``UnknownProfile`` with the name of the option."""
    try:
        return tuple(profile_named(name) for name in names)
    except UnknownProfile as error:
        raise UnknownProfile(f"{option} {error}") from None
