"""Mistakes that only show when answers are read together. Everything here works without a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

from harness.sut.checks.acting import acting_problems
from harness.sut.checks.by_role import ByRole
from harness.sut.checks.endpoints import endpoint_problems
from harness.sut.checks.links import address_problems, errata_problems, file_problems, security_problems
from harness.sut.model import Sut
from harness.sut.sentences import suggestion, toml_key, toml_value
from harness.sut.tables.values import RANDOM, key_of

_ALLOWED_TWICE = ("parent", "concurrent")
_NEEDED_TAGS: Final[Mapping[str, Mapping[str, str]]] = {
    "csms": {"valid": 'tags.valid is missing, nearly every case presents it; add for example valid = "VALID-1"'},
    "charge_point": {},
}
"""Role -> the tags that its cases cannot do without, each with the sentence about one that is missing."""


class Own(Protocol):
    """What a version finds in the answers that it asks for; each gives sentences without the file name."""

    def open_profiles(self, sut: Sut) -> Iterator[str]:
        """Profiles that nobody has claimed or denied, and those that nobody can deny."""

    def contradicting_answers(self, sut: Sut) -> Iterator[str]:
        """Answers to its questions that do not fit together."""


def contradictions(sut: Sut, known_cases: Iterable[str] | None, own: Own) -> list[str]:
    """Every sentence (without the file name) about answers that do not fit together."""
    return [
        *own.open_profiles(sut),
        *_ONLY_ASKED_OF[sut.role](sut),
        *address_problems(sut.connection.url),
        *errata_problems(sut),
        *(list(security_problems(sut)) or endpoint_problems(sut)),  # what follows from a mistake is none of its own
        *acting_problems(sut),
        *_lanes(sut),
        *_tags(sut),
        *own.contradicting_answers(sut),
        *_references(sut),
        *file_problems(sut),
        *_expected_failures(sut, known_cases),
    ]


def _of_a_back_office(sut: Sut) -> Iterator[str]:
    if sut.connection.url is None:
        yield (
            "connection.url is missing, so the back office cannot be reached; "
            'add for example url = "ws://127.0.0.1:9000/ocpp"'
        )
    for table in ("hardware", "limits"):
        answers = getattr(sut, table)
        if answers != type(answers)():
            yield f'[{table}] is asked of a charge point only, and product.sut = "csms"; remove the table'
    for name in ("triggered_function", "remote_start_authorization", "remote_stop_end"):
        if getattr(sut.performance, name) is not None:
            yield f'performance.{name} is asked of a charge point only, and product.sut = "csms"; remove it'


def _of_a_charge_point(sut: Sut) -> Iterator[str]:
    if sut.connection.url is not None:
        yield "connection.url is for a back office; a charge point connects to plugproof, so write listen instead"
    if sut.identities is not None:
        yield "[identities] is for a back office; name the station under test in [[stations]] instead"
    if sut.performance.authorize_response is not None:
        yield (
            'performance.authorize_response is asked of a back office only, and product.sut = "charge_point"; remove it'
        )


_ONLY_ASKED_OF: Final[ByRole] = {
    "csms": _of_a_back_office,
    "charge_point": _of_a_charge_point,
}
"""Role -> what is missing for it, and what only the other one is asked."""


def _references(sut: Sut) -> Iterator[str]:
    for name in sut.oca_ref:
        table, _, rest = name.partition(".")
        try:
            known = table in ("profiles", "features", "hardware", "limits", "questions", "security") and rest
            if known:
                sut.answer(name)
        except AttributeError:
            known = ""
        if not known:
            yield (
                f"oca_ref.{toml_key(name)} names no question of this file; "
                'write the dotted name, for example "features.unlock_connector"'
            )


def _lanes(sut: Sut) -> Iterator[str]:
    if sut.lanes and sut.identities is not None:
        yield "[[lanes]] and [identities] exclude each other; keep the one that fits the product"
    if not sut.lanes and sut.identities is None:
        yield (
            "there are no station identities; add a [[lanes]] table with an identity the back office knows, "
            "or [identities] when it lets any station in"
        )
    counts = Counter(lane.identity for lane in sut.lanes)
    for identity, count in counts.items():
        if count > 1 and identity:
            yield f"identity {identity} is in {count} [[lanes]], but a worker needs one of its own; remove the others"
    for lane in sut.lanes:
        if any(ord(character) < 32 or ord(character) == 127 for character in lane.identity):
            yield f"lane {lane.identity!r} holds a control character; write the identity as the product knows it"


def _tags(sut: Sut) -> Iterator[str]:
    yield from (why for name, why in _NEEDED_TAGS[sut.role].items() if getattr(sut.tags, name) is None)
    if sut.tags.invalid.count(RANDOM) > 1:
        yield f"tags.invalid = {toml_value(sut.tags.invalid)} holds {RANDOM} more than once; write it once"
    seen: dict[str, str] = {}
    for name, tag in sut.named_tags().items():
        if key_of(name) in _ALLOWED_TWICE:
            continue
        # idTags are compared without regard to case (OCPP 1.6 §7.28)
        other = seen.setdefault(tag.casefold(), name)
        if other != name:
            yield f"tags.{other} and tags.{name} are the same idTag {tag}; use two tags"


def _expected_failures(sut: Sut, known_cases: Iterable[str] | None) -> Iterator[str]:
    if known_cases is None:
        return
    known = set(known_cases)
    for case_id in sut.expected_failures:
        if case_id not in known:
            hint = suggestion(case_id, known) if len(known) <= 10 else _short_hint(case_id, known)
            yield f"expected_failures.{toml_key(case_id)} is no case; {hint}"


def _short_hint(case_id: str, known: set[str]) -> str:
    hint = suggestion(case_id, known)
    return hint if hint.startswith("did you mean") else "`plugproof list` shows the ids"
