"""Faults of the ChangeConfiguration that brings a station a new key or security profile (white paper A01, A05)."""

from __future__ import annotations

from collections.abc import Iterator

from csms_core.faults.edits import Condition, call_of, fault, put
from csms_core.faults.model import Fault


def faults() -> Iterator[Fault]:
    """The faults of these changes."""
    key, profile = _configures("AuthorizationKey"), _configures("SecurityProfile")
    yield fault(
        "authorization-key-wrong-name",
        "The new key of a station is sent as AuthorisationKey.",
        key,
        put("key", "AuthorisationKey"),
    )
    yield fault(
        "authorization-key-no-hex",
        "The new key of a station is sent as text instead of hex digits.",
        key,
        put("value", "plain-text-password"),
    )
    yield fault("authorization-key-too-long", "The new key of a station has 21 octets.", key, put("value", "5a" * 21))
    yield fault("authorization-key-too-short", "The new key of a station has 15 octets.", key, put("value", "5a" * 15))
    yield fault(
        "authorization-key-other-value",
        "A station is sent another key than the one that is kept.",
        key,
        put("value", "5a" * 20),
    )
    yield fault(
        "security-profile-wrong-name",
        "The new security profile is sent as SecurityLevel.",
        profile,
        put("key", "SecurityLevel"),
    )
    yield fault(
        "security-profile-not-raised",
        "The security profile that is sent is one below the one asked for.",
        profile,
        put("value", lambda message: str(int(message.payload["value"]) - 1)),
    )


def _configures(key: str) -> Condition:
    is_change = call_of("ChangeConfiguration")
    return lambda message: is_change(message) and message.payload["key"].lower() == key.lower()
