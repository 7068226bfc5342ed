"""Which answer switches which case: found by trying the answers, so that it is what a run does and cannot go stale."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain, combinations
from typing import Any, Final, Literal

import msgspec

from harness.case.facts import CaseFacts
from harness.sut.model import Sut
from harness.sut.tables.link import Connection
from harness.sut.tables.product import Product, Security
from harness.sut.tables.values import Run, Tags
from harness.v16 import claims
from harness.v16.needs import NEEDS

_SECURITY_PROFILES: Final = (1, 2, 3)
_CORE = "profiles.core"


def switches(
    role: Literal["csms", "charge_point"], shapes: Mapping[str, dict[str, Any]], cases: Collection[CaseFacts]
) -> dict[str, tuple[str, ...]]:
    """Dotted key of a question -> ids of the cases that apply with one answer and not with another.

    ``shapes`` has the schema of each question. All else is claimed while one answer is tried; then all else but the
    profiles is denied, then they as well, because some needs are met by any of several answers.
    """
    all_claimed = _facts(role)
    denied = _deny(all_claimed, [key for key in shapes if not key.startswith("profiles.")], shapes)
    bare = _deny(denied, [key for key in shapes if key.startswith("profiles.") and key != _CORE], shapes)
    kinds = {(case.profile, tuple(case.needs)) for case in cases}
    found: dict[str, tuple[str, ...]] = {}
    for key, shape in shapes.items():
        switched = set()
        for background in (all_claimed, denied, bare):
            tried = [_with(background, key.split("."), answer) for answer in _answers(key, shape)]
            switched |= {kind for kind in kinds if len({_is_run(*kind, sut) for sut in tried}) > 1}
        found[key] = tuple(case.id for case in cases if (case.profile, tuple(case.needs)) in switched)
    return found


def _is_run(profile: str, needs: Collection[str], sut: Sut) -> bool:
    return NEEDS.applicability(profile, needs, sut) is None and NEEDS.missing_tag(needs, sut) is None


def _facts(role: Literal["csms", "charge_point"]) -> Sut:
    """A product that nothing is asked of yet, so that everything counts as claimed; there are tags of every kind."""
    return claims.Sut(
        source="",
        digest="",
        product=Product(sut=role),
        connection=Connection(security_profile=2),
        profiles=claims.Profiles(),
        security=Security(profiles=_SECURITY_PROFILES),
        tags=Tags(**{name: name for name in Tags.__struct_fields__}),
    )


def _deny(sut: Sut, keys: Collection[str], shapes: Mapping[str, dict[str, Any]]) -> Sut:
    for key in keys:
        if shapes[key].get("type") == "boolean":
            sut = _with(sut, key.split("."), False)
    return sut


def _answers(key: str, shape: dict[str, Any]) -> Iterator[Any]:
    """Answers among which are two that a need could tell apart; None is no answer."""
    kind = shape.get("type")
    if kind == "boolean":
        yield from (True, False)
    elif key == "security.profiles":
        yield from chain.from_iterable(combinations(_SECURITY_PROFILES, count) for count in range(4))
    elif key.startswith("tags."):
        yield from (None, "tag")
    elif kind in ("integer", "number"):
        yield from (None, 1, 1000)
    elif kind == "array":
        yield from (None, (), (Run().unknown_vendor_id,))
    yield from shape.get("enum", ())


def _with(value: Any, path: list[str], answer: Any) -> Any:
    """``value`` with another answer at the end of ``path``."""
    name, *rest = path
    return msgspec.structs.replace(value, **{name: _with(getattr(value, name), rest, answer) if rest else answer})
