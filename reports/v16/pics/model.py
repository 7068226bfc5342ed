"""The neutral model of the form: every question with its answer, and what each answer switches."""

from typing import Any, Literal

from msgspec import Struct

State = Literal["answered", "open", "optional", "not asked"]
"""`optional` is a question that may stay without an answer; `not asked` follows from another answer."""


class Question(Struct, frozen=True, kw_only=True):
    """One question. ``answer`` is as in the SUT file, null without one; ``because`` says why it is not asked.

    ``switches`` are the ids of the cases that apply with one answer and not with another.
    """

    key: str
    text: str
    answer: Any = None
    unit: str | None = None
    state: State = "answered"
    because: str | None = None
    oca_ref: str | None = None
    switches: tuple[str, ...] = ()


class Section(Struct, frozen=True, kw_only=True):
    """A part of the form."""

    key: str
    title: str
    questions: tuple[Question, ...]


class Case(Struct, frozen=True, kw_only=True):
    """A case that the answers take out of the run."""

    id: str
    title: str
    reason: str


class Person(Struct, frozen=True, kw_only=True):
    """Who states. There is no field for the signature: it stays an empty line."""

    name: str | None = None
    reviewer: str | None = None
    date: str | None = None
    company: str | None = None
    department: str | None = None
    position: str | None = None
    location: str | None = None


class Form(Struct, frozen=True, kw_only=True):
    """A filled in form. ``made`` is the time of the SUT file (ISO 8601), ``digest`` its SHA-256."""

    role: Literal["csms", "charge_point"]
    disclaimer: str
    harness: str
    source: str
    made: str
    digest: str
    kind: str
    sections: tuple[Section, ...]
    applies: int
    left_out: tuple[Case, ...]
    vendor: Person = Person()
    laboratory: Person = Person()

    @property
    def open(self) -> tuple[Question, ...]:
        """The questions that still have to be answered."""
        return tuple(
            question for section in self.sections for question in section.questions if question.state == "open"
        )
