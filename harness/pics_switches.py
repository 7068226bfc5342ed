"""Which answer switches which case: found by trying the answers, so that it is what a run does and cannot go stale."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import chain, combinations
from typing import Any, Literal, Protocol

import msgspec

from harness.claims import applicability, missing_tag
from harness.sut.link import Connection
from harness.sut.model import Sut
from harness.sut.pics import Product, Security
from harness.sut.values import Run, Tags

_SECURITY_PROFILES = (1, 2, 3)
_CORE = "profiles.core"


class CaseFacts(Protocol):
    """What has to be known of a case."""

    @property
    def id(self) -> str: ...

    @property
    def profile(self) -> str: ...

    @property
    def needs(self) -> Collection[str]: ...


def switches(
    role: Literal["csms", "charge_point"], shapes: Mapping[str, dict[str, Any]], cases: Collection[CaseFacts]
) -> dict[str, tuple[str, ...]]:
    """Dotted key of a question -> ids of the cases that apply with one answer and not with another.

    ``shapes`` has the schema of each question. All else is claimed while one answer is tried; then all else but the
    profiles is denied, then they as well, because some needs are met by any of several answers.
    """
    claims = _facts(role)
    denied = _deny(claims, [key for key in shapes if not key.startswith("profiles.")], shapes)
    bare = _deny(denied, [key for key in shapes if key.startswith("profiles.") and key != _CORE], shapes)
    kinds = {(case.profile, tuple(case.needs)) for case in cases}
    found: dict[str, tuple[str, ...]] = {}
    for key, shape in shapes.items():
        switched = set()
        for background in (claims, denied, bare):
            tried = [_with(background, key.split("."), answer) for answer in _answers(key, shape)]
            switched |= {kind for kind in kinds if len({_is_run(*kind, sut) for sut in tried}) > 1}
        found[key] = tuple(case.id for case in cases if (case.profile, tuple(case.needs)) in switched)
    return found


def _is_run(profile: str, needs: Collection[str], sut: Sut) -> bool:
    return applicability(profile, needs, sut) is None and missing_tag(needs, sut) is None


def _facts(role: Literal["csms", "charge_point"]) -> Sut:
    """A product that nothing is asked of yet, so that everything counts as claimed; there are tags of every kind."""
    return Sut(
        source="",
        digest="",
        product=Product(sut=role),
        connection=Connection(security_profile=2),
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
