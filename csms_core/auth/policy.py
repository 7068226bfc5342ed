"""How an opening handshake is judged: one function for each judgement, so that a deliberate defect can replace one of
them and nothing else (`csms_core.faults`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from csms_core.auth import terms


class NotAnIdentity(ValueError):
    """The last segment of the path does not spell an identity."""


def decode_identity(segment: str) -> str:
    """The identity a path segment spells, percent-decoded (OCPP-J §3.1.1). Raises NotAnIdentity."""
    try:
        identity = unquote_to_bytes(segment).decode("utf-8")
    except UnicodeDecodeError:
        raise NotAnIdentity("the identity is no UTF-8") from None
    if not 0 < len(identity) <= 255 or "/" in segment or not identity.isprintable():
        raise NotAnIdentity("the identity is empty, too long or has characters that cannot be printed")
    return identity


class NoCommonSubprotocol(Exception):
    """None of the offered subprotocols can be spoken."""


Choose = Callable[[Sequence[str]], str | None]
"""Takes the subprotocols that are offered, gives the one that the answer names. Raises NoCommonSubprotocol."""


def choose_of(spoken: Sequence[str]) -> Choose:
    """The first offer that is spoken here (OCPP-J §3.1.2): a station offers first what it likes best."""

    def choose(offered: Sequence[str]) -> str | None:
        for name in offered:
            if name in spoken:
                return name
        names = " or ".join(spoken)
        raise NoCommonSubprotocol(f"This server speaks the subprotocol {names} and none of those offered.")

    return choose


def choose_none(offered: Sequence[str]) -> str | None:
    """Where no subprotocol is spoken."""
    raise NoCommonSubprotocol("This server speaks no subprotocol.")


def admit(known: bool) -> bool:
    """Whether a station may connect, given whether its identity is registered (OCPP-J §3.2)."""
    return known


@dataclass(frozen=True, slots=True)
class Handshake:
    """How an opening handshake is judged. `promotes`: a key under way that is used ends the one before."""

    decode: Callable[[str], str] = decode_identity
    choose: Choose = choose_none
    admit: Callable[[bool], bool] = admit
    allow: Callable[[terms.Terms], frozenset[int]] = terms.allowed_profiles
    fits: Callable[[bool, bool], bool] = terms.password_fits
    certify: Callable[[frozenset[terms.ProblemKind]], bool] = terms.certificate_fits
    settle: Callable[[str | None], terms.Settlement] = terms.settle
    promotes: bool = True


STRICT: Final = Handshake()
"""As the standard has it, where no subprotocol is spoken."""
