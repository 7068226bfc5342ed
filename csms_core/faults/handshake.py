"""Faults of the opening handshake (OCPP-J 1.6 §3), authentication included (white paper A00, A01, A05)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from csms_core.auth import terms
from csms_core.auth.policy import Choose, Handshake
from csms_core.faults.model import Fault
from csms_core.pki.folder import FOREIGN


def faults(subprotocols: Sequence[str]) -> Iterator[Fault]:
    """The faults of the handshake of a CSMS that speaks these."""
    spoken = " or ".join(subprotocols)
    yield Fault(
        "identity-not-decoded",
        "A percent-encoded identity is looked up as it stands in the path.",
        handshake=lambda right: replace(right, decode=lambda segment: segment),
    )
    yield Fault(
        "unknown-station-admitted",
        "A station that was never registered may connect.",
        handshake=lambda right: replace(right, admit=lambda known: True),
    )
    yield Fault(
        "any-subprotocol",
        "The first subprotocol offered is agreed to, whatever it is.",
        handshake=lambda right: replace(right, choose=_first),
    )
    yield Fault(
        "no-subprotocol",
        "No subprotocol is agreed on, and the connection is used all the same.",
        handshake=lambda right: replace(right, choose=lambda offered: None),
    )
    yield Fault(
        "subprotocol-not-named",
        f"{spoken} is agreed to, and not named in the answer to the handshake.",
        handshake=lambda right: replace(right, choose=_unnamed(right.choose)),
    )
    yield Fault(
        "subprotocol-beside-others-refused",
        f"{spoken} is only recognised when nothing else is offered beside it.",
        handshake=lambda right: replace(right, choose=lambda offered: right.choose(_alone(offered))),
    )
    yield from _passwords()
    yield from _profiles()
    yield from _certificates()


def _first(offered: Sequence[str]) -> str | None:
    return offered[0] if offered else None


def _unnamed(choose: Choose) -> Choose:
    def chosen(offered: Sequence[str]) -> str | None:
        choose(offered)  # raises where there is nothing to agree to
        return None

    return chosen


def _alone(offered: Sequence[str]) -> Sequence[str]:
    return offered if len(offered) == 1 else ()


def _passwords() -> Iterator[Fault]:
    yield Fault(
        "credentials-not-asked-for",
        "A station that has to authenticate itself may connect without user name and password.",
        handshake=lambda right: replace(right, allow=lambda given: right.allow(given) | {terms.NONE}),
    )
    yield Fault(
        "any-password",
        "Every password of a station is taken for the right one.",
        handshake=lambda right: replace(right, fits=lambda current, pending: True),
    )
    yield Fault(
        "right-password-refused",
        "The right password of a station is refused.",
        handshake=lambda right: replace(right, fits=lambda current, pending: False),
    )
    yield Fault(
        "old-password-kept",
        "After a station has accepted a new key its old one goes on being valid.",
        handshake=lambda right: replace(right, settle=lambda status: "both", promotes=False),
    )
    yield Fault(
        "new-password-refused",
        "A new key that a station has accepted is forgotten.",
        handshake=lambda right: replace(right, settle=lambda status: "old"),
    )
    yield Fault(
        "rejected-password-taken",
        "A new key becomes valid although the station has rejected it.",
        handshake=lambda right: replace(right, settle=lambda status: "new"),
    )


def _profiles() -> Iterator[Fault]:
    def lower(allowed: Callable[[terms.Terms], frozenset[int]]) -> Callable[[terms.Terms], frozenset[int]]:
        return lambda given: frozenset(range(max(allowed(given), default=0) + 1))

    def no_rise(given: terms.Terms) -> frozenset[int]:
        return terms.allowed_profiles(replace(given, announced=None))

    def locked_out(given: terms.Terms) -> frozenset[int]:
        return frozenset() if given.refused_before else terms.allowed_profiles(given)

    yield Fault(
        "lower-security-profile-accepted",
        "A station that has risen to a higher security profile may connect with a lower one.",
        handshake=lambda right: replace(right, allow=lower(right.allow)),
    )
    yield Fault(
        "higher-security-profile-refused",
        "A station that was asked to rise to a higher security profile is refused with it.",
        handshake=lambda right: replace(right, allow=no_rise),
    )
    yield Fault(
        "refused-once-refused-always",
        "A station that was refused once is refused from then on.",
        handshake=lambda right: replace(right, allow=locked_out),
    )


def _certificates() -> Iterator[Fault]:
    def without(kind: terms.ProblemKind) -> Callable[[Handshake], Handshake]:
        return lambda right: replace(right, certify=lambda problems: right.certify(problems - {kind}))

    yield Fault(
        "foreign-client-ca-trusted",
        f"A CA certificate that was left in the folder {FOREIGN} of the PKI is trusted with client certificates.",
        handshake=without("foreign"),
        tls=lambda right: replace(right, trusts_foreign=True),
    )

    yield Fault(
        "client-certificate-refused",
        "A client certificate that is right is refused.",
        handshake=lambda right: replace(right, certify=lambda problems: False),
    )
    yield Fault(
        "client-certificate-of-another-station",
        "The common name of a client certificate may be that of another station.",
        handshake=without("name"),
    )
    yield Fault(
        "client-certificate-of-another-operator",
        "A client certificate may name another operator.",
        handshake=without("operator"),
    )
    yield Fault(
        "revoked-client-certificate-accepted",
        "A client certificate that was revoked is accepted.",
        handshake=without("revoked"),
    )
