"""What contradicts itself in a load profile, and what its schema cannot see."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from simulator.fleet.cli import units


def contradictions(document: Mapping[str, Any]) -> list[str]:
    """One sentence for each, of a document that the schema lets pass."""
    return [
        *_of_stages(document),
        *_of_shares(document),
        *(sentence for one in document.get("security", ()) for sentence in _of_security(one)),
        *_of_trace(document),
        *_of_numbers(document),
    ]


def _of_stages(document: Mapping[str, Any]) -> list[str]:
    stages: Sequence[Mapping[str, Any]] = document.get("stage", [])
    names = [stage["name"] for stage in stages]
    found = [
        f"stage {name} is there {names.count(name)} times; give each stage a name of its own"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    found += [
        f'stage {stage["name"]}: length must be more than zero; write for example length = "60s"'
        for stage in stages
        if not units.duration(stage["length"])
    ]
    if stages and "ramp" in document:
        found.append("ramp says what the stages say; remove it, or the stages")
    if stages and all(
        units.share(stage.get("stations", "100%" if at == 0 else "0%")) == 0 for at, stage in enumerate(stages)
    ):
        found.append('no stage has any stations; give one of them for example stations = "100%"')
    return found


def _of_shares(document: Mapping[str, Any]) -> list[str]:
    found = []
    for table in ("make", "security"):
        shares = [units.share(one["share"]) for one in document.get(table, ())]
        if shares and abs(sum(shares) - 1.0) > 1e-6:
            found.append(f"the shares of {table} are {100 * sum(shares):g}% together; make them 100%")
    if "make" in document and "connectors" in document:
        found.append("connectors says what make says; remove one of them")
    return found


_PAIRS = (("certificate", "key"), ("signed_by", "signed_by_key"))


def _of_security(table: Mapping[str, Any]) -> list[str]:
    profile = table["profile"]
    where = f"security profile {profile}"
    found = []
    for pair in _PAIRS:
        missing = [key for key in pair if key not in table]
        if len(missing) == 1:
            found.append(f"{where}: {' and '.join(pair)} belong together; add {missing[0]}")
        if profile != 3 and len(missing) < 2:
            found.append(f"{where}: only profile 3 has a certificate; remove {' and '.join(pair)}")
    if profile == 3 and not any(key in table for pair in _PAIRS for key in pair):
        found.append(
            f"{where}: its stations have nothing to show; add certificate and key, or signed_by and signed_by_key"
        )
    if any(key in table for key in _PAIRS[0]) and any(key in table for key in _PAIRS[1]):
        found.append(f"{where}: signed_by says what certificate says; remove one of them")
    if profile in (0, 3) and "auth_key_env" in table:
        found.append(f"{where}: only profiles 1 and 2 have a password; remove auth_key_env")
    return found


def _of_trace(document: Mapping[str, Any]) -> list[str]:
    if "trace" not in document:
        return []
    keys = ("curve", "session_every", "session_length")
    found = [f"{key} says what trace says; remove one of them" for key in keys if key in document]
    return found + [
        f"stage {stage['name']}: {key} says what trace says; remove one of them"
        for stage in document.get("stage", ())
        for key in keys[1:]
        if key in stage
    ]


def _of_numbers(document: Mapping[str, Any]) -> list[str]:
    numbers = {"curve": document.get("curve", ()), "trace.speed": [document.get("trace", {}).get("speed", 1)]}
    found = [
        f"{key} cannot be nan; write a number"
        for key, values in numbers.items()
        if any(math.isnan(value) for value in values)
    ]
    if "curve" in document and not any(document["curve"]):
        found.append('curve is zero everywhere; write session_every = "0" when nobody is to come')
    return found
