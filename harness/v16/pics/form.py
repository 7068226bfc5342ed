"""The PICS form of a SUT file: every question that its role is asked, with the answer of the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, cast

from harness.case.facts import Case
from harness.case.measuring import harness_version
from harness.sut import security_profiles
from harness.sut.model import Sut
from harness.v16.claims import SIX_PROFILES
from harness.v16.consistency import ASKED_AS
from harness.v16.needs import NEEDS
from harness.v16.pics.questions import OPTIONAL, PROFILE_OF, TITLES, UNITS, Role, asked, of, tags
from harness.v16.pics.switches import switches
from reports.v16 import pics
from reports.v16.abstract.words import QUESTIONS
from reports.v16.pics import Form, Question, Section

DISCLAIMER: Final = (
    "This statement holds the vendor's own answers, printed by plugproof. It is no certificate and no form of the "
    "Open Charge Alliance."
)


class PrintedForm:
    """A form on its way to a laboratory."""

    def __init__(self, made: Form) -> None:
        self._made = made

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The keys of the questions without an answer."""
        return tuple(question.key for question in self._made.open)

    def written(self, format: str, tell: Callable[[str], object]) -> bytes:
        """The form in a format; ``tell`` takes what a reader should know of how it was made."""
        return pics.write(self._made, format, tell=tell)


def form(sut: Sut, made: str, cases: Sequence[Case]) -> Form:
    """The form. ``made`` is the time of the file (ISO 8601), ``cases`` all there are."""
    role = cast(Role, sut.role)
    own = [case for case in cases if case.sut == role]
    reasons = {
        case.id: NEEDS.applicability(case.profile, case.needs, sut) or NEEDS.missing_tag(case.needs, sut)
        for case in own
    }
    people = sut.claims()["people"]
    return Form(
        role=role,
        disclaimer=DISCLAIMER,
        harness=f"plugproof {harness_version()}",
        source=sut.source,
        made=made,
        digest=str(sut.digest),
        kind=_kind(sut),
        sections=tuple(_sections(sut, role, own)),
        applies=sum(reason is None for reason in reasons.values()),
        left_out=tuple(
            pics.Case(id=case.id, title=case.title, reason=reason)
            for case in own
            if (reason := reasons[case.id]) is not None
        ),
        vendor=_person(sut, people.get("vendor") or {}),
        laboratory=_person(sut, people.get("laboratory") or {}),
    )


def _person(sut: Sut, block: dict[str, Any]) -> pics.Person:
    return pics.Person(**{name: sut.scrub(block[name]) for name in pics.Person.__struct_fields__ if name in block})


def _kind(sut: Sut) -> str:
    full = all(getattr(sut.profiles, name) for name in SIX_PROFILES)
    return ("Full" if full else "Subset") + (", Security" if security_profiles(sut) else "")


def _sections(sut: Sut, role: Role, cases: Sequence[Case]) -> Iterator[Section]:
    shapes = asked(role)
    tried = {key: shape for key, shape in (shapes | tags()).items() if not key.startswith("questions.")}
    switched = switches(role, tried, cases)
    for table, title in TITLES.items():
        keys = [key for key in shapes if key.partition(".")[0] == table]
        if table == "questions":
            keys += [f"questions.{id}" for id in sut.questions if f"questions.{id}" not in keys]
        questions = tuple(_question(sut, role, key, shapes.get(key, {}), switched.get(key, ())) for key in keys)
        if questions:
            yield Section(key=table, title=title, questions=questions)
    at_hand = (_question(sut, role, key, shape, switched[key]) for key, shape in tags().items())
    yield Section(key="tags", title="Tags at hand for the run", questions=tuple(at_hand))


def _question(sut: Sut, role: Role, key: str, shape: dict[str, Any], switched: tuple[str, ...]) -> Question:
    value = _answer(sut, key)
    because = None if value is not None else _because(sut, key)
    optional = any(key == name or key.startswith(f"{name}.") for name in OPTIONAL)
    return Question(
        key=key,
        text=_text(role, key, shape),
        answer=value,
        unit=of(UNITS, key) if isinstance(value, int | float | list) and not isinstance(value, bool) else None,
        state="answered" if value is not None else "not asked" if because else "optional" if optional else "open",
        because=because,
        oca_ref=sut.oca_ref.get(key),
        switches=switched,
    )


def _text(role: Role, key: str, shape: dict[str, Any]) -> str:
    """The question, with its id where laboratories ask it as an additional one."""
    text = shape.get("description") or QUESTIONS.get(key.partition(".")[2]) or "asked by a form of your own"
    ids = [id for id, name in ASKED_AS[role].items() if name == key]
    return f"{text} Additional question {ids[0]}." if ids else text


def _answer(sut: Sut, key: str) -> Any:
    """The answer as plain JSON; secrets that a variable brought into it are masked."""
    table, _, name = key.partition(".")
    if table == "questions":
        return sut.questions.get(name)
    if key == "settings.rows":
        return [sut.scrub(f"{row.limit}: {row.value}") for row in sut.settings.rows] or None
    value = sut.answer(key)
    if table == "tags":
        return value is not None  # which one it is, nobody has to know
    if isinstance(value, tuple):
        return [sut.scrub(item) if isinstance(item, str) else item for item in value]
    return sut.scrub(value) if isinstance(value, str) else value


def _because(sut: Sut, key: str) -> str | None:
    """What makes a question pointless."""
    profile = of(PROFILE_OF, key)
    if profile == "security":
        if key == "security.profiles" or security_profiles(sut):
            return None
        return "security.profiles = []" if sut.security.profiles == () else "no security profile is claimed"
    if profile is not None and getattr(sut.profiles, profile) is False:
        return f"profiles.{profile} = false"
    above = {
        "features.unlock_unknown_connector": "features.unlock_connector",
        "features.lock_failure_injectable": "hardware.connector_lock",
    }.get(key)
    return f"{above} = false" if above and sut.answer(above) is False else None
