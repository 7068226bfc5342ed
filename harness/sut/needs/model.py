"""Named needs of cases: which answer of the SUT file each one asks about, and why a case does not apply.

Only an explicit answer hides a case. An absent feature counts as claimed once its profile is claimed; an absent
security profile is something the product does not have. A tag is no claim: a case whose tag the file lacks is not run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from harness.sut.model import Sut
from harness.sut.needs.conditions import Row, Unmet, denied
from harness.sut.reach import security_profiles
from harness.sut.sentences import suggestion

OF_NEED: Final[Mapping[str, tuple[str, ...]]] = {
    "valid-tag": ("valid",),
    "second-valid-tag": ("valid_2",),
    "parent-tag": ("valid", "valid_2"),
    "expired-tag": ("expired",),
    "blocked-tag": ("blocked",),
    "concurrent-tag": ("concurrent",),
}
"""Need -> the keys of `[tags]` that a case with it presents."""
ALWAYS: Final = frozenset({"security", "performance", "rpc"})
"""Profiles of which the needs decide; the frame layer is nobody's option."""

NOT_TESTED: Final = "not tested: "
"""How the reason begins for a case that the product has the function for, but cannot do a step of."""


class UnknownNeed(Exception):
    """A case names a need or a profile that does not exist: a mistake in the case, not in the SUT file."""


class Need(msgspec.Struct, frozen=True):
    """`unmet(sut)` is None when the need is met, else the part of the reason that names the claim.

    `step` is set for a step of a case that not every product can do, though it has the function: what it cannot do.
    """

    name: str
    sentence: str
    unmet: Unmet
    step: str | None = None

    def reason(self, sut: Sut) -> str | None:
        """Why a case does not apply, without where that is said."""
        unmet = self.unmet(sut)
        if unmet is None:
            return None
        return f"not claimed: {unmet}" if self.step is None else f"{NOT_TESTED}the product cannot {self.step}: {unmet}"


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """All needs that the cases of one version name.

    ``profiles``: spelling in lower case -> the key in `[profiles]`; ``shown``: the names that a sentence offers.
    ``questions``: role -> the feature questions that it is asked, each with the profile that it hangs on.
    ``without``: needs of cases for a product that does not have their profile; that it is denied does not hide these.
    """

    table: Mapping[str, Need]
    profiles: Mapping[str, str]
    shown: tuple[str, ...]
    questions: Mapping[str, Mapping[str, str | None]]
    without: frozenset[str] = frozenset()

    def applicability(self, profile: str, needs: Iterable[str], sut: Sut) -> str | None:
        """None when a case applies, else the reason it does not, naming the claim.

        `profile` is the feature profile as on the wire or as in the SUT file, or Security, or rpc.
        Raises UnknownNeed.
        """
        needs = tuple(needs)
        refused = None if self.without.intersection(needs) else self._profile_reason(profile, sut)
        reason = None if refused is None else f"not claimed: {refused}"
        for wanted in [self.need(name) for name in needs if name not in OF_NEED]:
            reason = reason or wanted.reason(sut)
        return None if reason is None else _where(reason, sut)

    def missing_tag(self, needs: Iterable[str], sut: Sut) -> str | None:
        """Why a case that applies cannot be run, when the SUT file lacks a tag that it needs; None when it has it.

        A tag is no claim: that the file lacks one says nothing of the product.
        """
        unset = (self.need(name).unmet(sut) for name in needs if name in OF_NEED)
        reason = next((reason for reason in unset if reason is not None), None)
        return None if reason is None else f"not run: {_where(reason, sut)}; name one to have this judged"

    def claimed(self, name: str, sut: Sut) -> bool:
        """Whether a named need is met. Raises UnknownNeed."""
        return self.need(name).unmet(sut) is None

    def need(self, name: str) -> Need:
        """Look up a need by its name. Raises UnknownNeed."""
        try:
            return self.table[name]
        except KeyError:
            raise UnknownNeed(f"need {name!r} does not exist; {suggestion(name, self.table)}") from None

    def unanswered(self, sut: Sut) -> list[str]:
        """Dotted names of the feature questions of this role that are open and whose profile is not denied."""
        return sorted(
            name
            for name, profile in self.questions[sut.role].items()
            if sut.answer(name) is None and (profile is None or _is_open(profile, sut))
        )

    def _profile_reason(self, profile: str, sut: Sut) -> str | None:
        folded = profile.casefold()
        if folded in ALWAYS:
            return None
        key = self.profiles.get(folded)
        if key is None:
            raise UnknownNeed(f"profile {profile!r} does not exist; {suggestion(profile, self.shown)}")
        return denied(f"profiles.{key}")(sut)


def _is_open(profile: str, sut: Sut) -> bool:
    return bool(security_profiles(sut)) if profile == "security" else sut.claimed(f"profiles.{profile}")


def _where(reason: str, sut: Sut) -> str:
    return f"{reason} (no SUT file)" if sut.digest is None else f"{reason} in {sut.source}"


def table(*rows: Row) -> dict[str, Need]:
    """The needs by their names."""
    made = {row[0]: Need(*row) for row in rows}
    if len(made) != len(rows):
        raise ValueError("a need is defined twice")
    return made
