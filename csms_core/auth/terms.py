"""Which security profiles a station may come with, and the other judgements a handshake is made of (A00, A01, A05).

Small pure functions, so that a deliberate defect can replace one of them and nothing else (`csms_core.faults`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

NONE, BASIC, TLS_BASIC, TLS_CERTIFICATE = PROFILES = (0, 1, 2, 3)
"""No security, Basic authentication, Basic authentication within TLS, client certificates."""

ProblemKind = Literal["foreign", "name", "operator", "revoked", "weak"]
"""What can be wrong with a client certificate whose path is right."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What decides on the profiles of a station.

    `minimum` is that of the CSMS. `own` is the profile the station was given or has risen to, `announced` the one a
    ChangeConfiguration asked it to rise to. `refused_before`: it was turned away since it last came in.
    """

    minimum: int = 0
    own: int | None = None
    announced: int | None = None
    has_password: bool = False
    refused_before: bool = False


def allowed_profiles(terms: Terms) -> frozenset[int]:
    """The profiles a station may connect with.

    One that has a profile of its own uses this one alone (A00.FR.001 to 003), or the higher one it was asked to rise
    to (A05). Any other may be as safe as it likes above the minimum; one that has a password is always asked for it.
    """
    if terms.own is None:
        lowest = max(terms.minimum, BASIC if terms.has_password else NONE)
        return frozenset(profile for profile in PROFILES if profile >= lowest)
    if terms.announced is not None and terms.announced > terms.own:
        return frozenset((terms.own, terms.announced))
    return frozenset((terms.own,))


def password_fits(current: bool, pending: bool) -> bool:
    """Whether a password lets the station in, given whether it is the current one, or one under way to the station."""
    return current or pending


def certificate_fits(problems: frozenset[ProblemKind]) -> bool:
    """Whether a client certificate with a right path lets the station in (A00.FR.403 to 407)."""
    return not problems


Settlement = Literal["new", "old", "both"]


def settle(status: str | None) -> Settlement:
    """Which key is valid after a ChangeConfiguration of AuthorizationKey was answered (OCPP-J §6.2.2).

    Accepted: the new one. Rejected, NotSupported: the old one. RebootRequired, and no answer (None): nobody knows which
    one the station will use next, so both are, until it uses the new one.
    """
    if status == "Accepted":
        return "new"
    return "both" if status in (None, "RebootRequired") else "old"
