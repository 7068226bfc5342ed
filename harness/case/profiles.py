"""The names of the profiles of one version, in every spelling that a table, a file or a user gives them."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Final

from schemas.profiles import Profile

SECURITY: Final = "Security"
"""The profile, in every version, under which the cases are filed whose stations are known by their credentials."""


ALL: Final = "all"
"""What names every profile of a version, the optional ones too."""


class UnknownProfile(Exception):
    """There is no profile of this name; the text says which ones there are, or which one was meant."""


class Profiles:
    """``names``: profile as a case names it -> as results name it; ``titles``: the latter -> as people read it.

    ``optional`` are those, as results name them, whose cases run only when somebody names them.
    """

    def __init__(self, profiles: Iterable[Profile]) -> None:
        known = tuple(profiles)
        self.names: Mapping[str, str] = {profile.case: profile.name for profile in known}
        self.titles: Mapping[str, str] = {profile.name: profile.title for profile in known}
        self.optional = frozenset(profile.name for profile in known if profile.optional)
        self._known = {
            _folded(spelling): profile.name
            for profile in known
            for spelling in (profile.case, profile.name, profile.title, profile.key or profile.case)
        }

    def named(self, text: str) -> str:
        """``Smart Charging``, ``SmartCharging``, ``smart_charging`` -> ``SmartCharging``. Raises ``UnknownProfile``."""
        found = self._known.get(_folded(text))
        if found is not None:
            return found
        close = get_close_matches(_folded(text), self._known, n=1)
        if close:
            raise UnknownProfile(f"{text} is no profile; did you mean {self.titles[self._known[close[0]]]}?")
        raise UnknownProfile(f"{text} is no profile; there are: {', '.join(self.titles.values())}")

    def checked(self, names: Iterable[str], option: str) -> tuple[str, ...]:
        """The names as results have them; ``all`` is every one. Raises ``UnknownProfile`` with the option's name."""
        names = tuple(names)
        if ALL in map(str.casefold, names):
            return tuple(self.titles)
        try:
            return tuple(self.named(name) for name in names)
        except UnknownProfile as error:
            raise UnknownProfile(f"{option} {error}") from None


def _folded(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
