"""Mistakes that only show when answers are read together. Everything here works without a network."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from harness.sut.acting_checks import acting_problems
from harness.sut.endpoint_checks import endpoint_problems
from harness.sut.link_checks import address_problems, file_problems, security_problems
from harness.sut.model import Sut
from harness.sut.pics import ASKED_AS
from harness.sut.sentences import suggestion, toml_key, toml_value
from harness.sut.values import RANDOM, key_of

_ALLOWED_TWICE = ("parent", "concurrent")
SIX_PROFILES = (
    "core",
    "firmware_management",
    "smart_charging",
    "reservation",
    "local_auth_list",
    "remote_trigger",
)


def contradictions(sut: Sut, known_cases: Iterable[str] | None) -> list[str]:
    """Every sentence (without the file name) about answers that do not fit together."""
    return [
        *_profiles(sut),
        *_role(sut),
        *address_problems(sut.connection.url),
        *(list(security_problems(sut)) or endpoint_problems(sut)),  # what follows from a mistake is none of its own
        *acting_problems(sut),
        *_lanes(sut),
        *_tags(sut),
        *_answers(sut),
        *file_problems(sut),
        *_expected_failures(sut, known_cases),
    ]


def _profiles(sut: Sut) -> Iterator[str]:
    open_questions = [name for name in SIX_PROFILES if getattr(sut.profiles, name) is None]
    if open_questions:
        lines = ", ".join(f"profiles.{name}" for name in open_questions)
        yield f"{lines} not answered, but the answer decides which cases run; write true or false"
    if sut.profiles.core is False:
        yield "profiles.core = false, but every OCPP 1.6 product has Core; write core = true"


def _role(sut: Sut) -> Iterator[str]:
    if sut.role == "csms":
        if sut.connection.url is None:
            yield (
                "connection.url is missing, so the back office cannot be reached; "
                'add for example url = "ws://127.0.0.1:9000/ocpp"'
            )
        empty = Sut(source="", digest=None, product=sut.product, connection=sut.connection)
        for table in ("hardware", "limits"):
            if getattr(sut, table) != getattr(empty, table):
                yield f'[{table}] is asked of a charge point only, and product.sut = "csms"; remove the table'
        for name in ("triggered_function", "remote_start_authorization", "remote_stop_end"):
            if getattr(sut.performance, name) is not None:
                yield f'performance.{name} is asked of a charge point only, and product.sut = "csms"; remove it'
    else:
        if sut.connection.url is not None:
            yield "connection.url is for a back office; a charge point connects to plugproof, so write listen instead"
        if sut.identities is not None:
            yield "[identities] is for a back office; name the station under test in [[lanes]] instead"
        if sut.performance.authorize_response is not None:
            yield (
                "performance.authorize_response is asked of a back office only, "
                'and product.sut = "charge_point"; remove it'
            )


def _lanes(sut: Sut) -> Iterator[str]:
    if sut.lanes and sut.identities is not None:
        yield "[[lanes]] and [identities] exclude each other; keep the one that fits the product"
    if not sut.lanes and sut.identities is None:
        if sut.role == "csms":
            yield (
                "there are no station identities; add a [[lanes]] table with an identity the back office knows, "
                "or [identities] when it lets any station in"
            )
        else:
            yield "there is no station; add a [[lanes]] table with the identity of the charge point"
    counts = Counter(lane.identity for lane in sut.lanes)
    for identity, count in counts.items():
        if count > 1:
            yield f"identity {identity} is in {count} [[lanes]], but a worker needs one of its own; remove the others"
    for lane in sut.lanes:
        if any(ord(character) < 32 or ord(character) == 127 for character in lane.identity):
            yield f"lane {lane.identity!r} holds a control character; write the identity as the product knows it"
    connectors = min((lane.connectors for lane in sut.lanes), default=None)
    if connectors is None and sut.identities is not None:
        connectors = sut.identities.connectors
    if connectors is not None and sut.run.connector_id > connectors:
        yield (
            f"run.connector_id = {sut.run.connector_id}, but a lane has {connectors} connectors only; "
            "correct one of them"
        )


def _tags(sut: Sut) -> Iterator[str]:
    if sut.role == "csms" and sut.tags.valid is None:
        yield 'tags.valid is missing, nearly every case presents it; add for example valid = "VALID-1"'
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


def _answers(sut: Sut) -> Iterator[str]:
    for id, key in ASKED_AS[sut.role].items():
        if id in sut.questions:
            table, _, name = key.partition(".")
            answer = str(sut.questions[id]).lower()
            yield (
                f"questions.{toml_key(id)} asks the same as {key}, which is the one that counts; "
                f"take it out and write {name} = {answer} in [{table}]"
            )
    for name in ("connection_timeout_range", "meter_interval_range", "heartbeat_range"):
        bounds = getattr(sut.limits, name)
        if bounds is not None and bounds[0] > bounds[1]:
            yield f"limits.{name} has its lowest value last; exchange the two"
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
