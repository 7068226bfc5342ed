"""What may stay in a masked copy: words of the protocol, times, and what some members hold by their nature.

It is a list of what is harmless, not of what is not: a text that nobody knows gets a pseudonym.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Final

from harness.instruments.analysis.versions import protocol_of
from ocppj import times
from ocppj.versions import VERSIONS

IDENTIFYING: Final = frozenset(
    {
        *("idTag", "parentIdTag", "idToken", "groupIdToken", "additionalIdToken", "iccid", "imsi", "serialNumber"),
        *("chargePointSerialNumber", "chargeBoxSerialNumber", "meterSerialNumber", "certificateChain", "csr"),
        *("location", "locationURL", "remoteLocation", "certificate", "signingCertificate", "signature", "url"),
        *("customerIdentifier", "issuerNameHash", "issuerKeyHash", "ocppCsmsUrl", "apnUserName", "exiRequest"),
        *("exiResponse", "ocspResult", "responderURL", "chargePointIdentity", "emaid", "evccId"),
    }
)
"""Members whose text tells who or where; it never stays, be it a word of the protocol or a number."""

DESCRIPTIVE: Final = frozenset(
    {
        *("chargePointVendor", "chargePointModel", "vendorName", "model", "firmwareVersion", "meterType", "vendorId"),
        *("messageId", "vendorErrorCode", "key", "component", "variable", "name", "unit", "measurand"),
    }
)
"""Members that tell what a product is, which a bug report is about."""

NUMERIC: Final = frozenset({"value", "attributeValue"})
"""Members whose text stays when it is a number: readings of meters, and settings."""


@cache
def words() -> frozenset[str]:
    """Every word of an enumeration, every action and every code of every version."""
    found: set[str] = {"true", "false", "null"}
    for version in VERSIONS:
        protocol = protocol_of(version)
        found |= protocol.codes.known | set(protocol.actions)
        for action in protocol.actions:
            for kind in ("call", "result"):
                found |= set(_enumerated(protocol.schemas.schema(action, kind)))
    return frozenset(found | _SPELLED_OTHERWISE)


@cache
def members() -> frozenset[str]:
    """Every member that a message of any version may have."""
    found: set[str] = set()
    for version in VERSIONS:
        protocol = protocol_of(version)
        for action in protocol.actions:
            for kind in ("call", "result"):
                found |= set(_named(protocol.schemas.schema(action, kind)))
    return frozenset(found)


@cache
def folded_words() -> frozenset[str]:
    """The words and the members in lower case: a wrong letter case is a finding, and no identity."""
    return frozenset(word.lower() for word in words() | members())


_SPELLED_OTHERWISE: Final = frozenset({"FormatViolation", "OccurrenceConstraintViolation", "FormationViolation"})
"""Codes that one version spells otherwise than another."""
_SUFFIXES: Final = ("request", "response", ".req", ".conf", "req", "conf")


def is_word(text: str) -> bool:
    """Whether a text is a word of the protocol, in whatever letter case, or an action with what stands after it."""
    if text in words():
        return True
    low = text.lower()
    return low in folded_words() or any(low.removesuffix(suffix) in folded_words() for suffix in _SUFFIXES)


def is_time(text: str) -> bool:
    """Whether it is a dateTime, or looks like one that lacks its zone."""
    for ending in ("", "Z"):
        try:
            times.moment(text + ending)
        except ValueError:
            continue
        return True
    return False


def is_number(text: str) -> bool:
    """Whether a text is a decimal number, as meters and settings have them."""
    try:
        float(text)
    except ValueError:
        return False
    return len(text) <= _LONGEST_NUMBER and text.isascii()


_LONGEST_NUMBER: Final = 16


def _enumerated(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping):
        yield from (word for word in schema.get("enum", ()) if isinstance(word, str))
    for part in _parts(schema):
        yield from _enumerated(part)


def _named(schema: Any) -> Iterator[str]:
    if isinstance(schema, Mapping) and isinstance(schema.get("properties"), Mapping):
        yield from schema["properties"]
    for part in _parts(schema):
        yield from _named(part)


def _parts(schema: Any) -> Iterable[Any]:
    if isinstance(schema, Mapping):
        return schema.values()
    return schema if isinstance(schema, list) else ()
