"""The form as a document, in the look of the abstract."""

from collections.abc import Iterable
from typing import Final

from reports.documents import Block, Cell, Document, Party, Row, approval, cell, facts, table
from reports.v16.pics.model import Form, Person, Question, Section
from reports.v16.pics.printing import answer

TITLE: Final = "Statement of what is implemented (PICS): OCPP 1.6"
NOT_ANSWERED: Final = "not answered"
FEW: Final = 6
"""So many cases are named beside an answer; more are counted."""


def lay_out(form: Form) -> Document:
    """The form, with what is not answered first."""
    return Document(
        disclaimer=cell(form.disclaimer).text,
        title=TITLE,
        blocks=tuple(_blocks(form)),
        legend=(
            "Cases are those of the harness that apply with one answer and not with another. "
            "A label in brackets is that of the question in an official form."
        ),
        reference=f"pics-{form.digest[:12]}",
        made=form.made,
        author=cell(form.harness).text,
    )


def _blocks(form: Form) -> Iterable[Block]:
    yield _overview(form)
    if form.open:
        yield _open(form)
    yield from (_section(section) for section in form.sections)
    if form.left_out:
        yield table(
            "Cases that these answers leave out",
            {"Case": 22, "Title": 36, "Reason": 42},
            ((cell(case.id), cell(case.title), cell(case.reason)) for case in form.left_out),
        )
    yield _approval(form)


def _overview(form: Form) -> Block:
    count = len(form.open)
    missing = cell("none" if not count else f"{count}, listed below", open=count > 0)
    return facts(
        "Overview",
        (
            (cell("Kind"), cell(form.kind)),
            (cell("Cases that apply"), cell(f"{form.applies} of {form.applies + len(form.left_out)}")),
            (cell("Questions without an answer"), missing),
            (cell("File"), cell(form.source)),
            (cell("Last change of the file"), cell(form.made)),
            (cell("Digest of the file"), cell(form.digest)),
            (cell("Printed by"), cell(form.harness)),
        ),
    )


def _open(form: Form) -> Block:
    rows = ((cell(question.key), cell(question.text)) for question in form.open)
    return table("Not answered", {"Key in the file": 42, "Question": 58}, rows)


def _section(section: Section) -> Block:
    questions = section.questions
    rows: list[Row] = [(_name(question), cell(question.text), _answer(question)) for question in questions]
    if not any(question.switches for question in questions):
        return table(section.title, {"Key in the file": 28, "Question": 42, "Answer": 30}, rows)
    rows = [(*row, cell(_switches(question))) for row, question in zip(rows, questions, strict=True)]
    return table(section.title, {"Key in the file": 26, "Question": 33, "Answer": 21, "Cases": 20}, rows)


def _name(question: Question) -> Cell:
    name = question.key.partition(".")[2]
    return cell(f"{name} ({question.oca_ref})" if question.oca_ref else name)


def _answer(question: Question) -> Cell:
    if question.state == "open":
        return cell(NOT_ANSWERED, open=True)
    if question.state == "not asked":
        return cell(f"not asked: {question.because}")
    return cell(None if question.answer is None else answer(question.key, question.answer, question.unit))


def _switches(question: Question) -> str | None:
    ids = sorted(question.switches)
    return None if not ids else ", ".join(ids) if len(ids) <= FEW else f"{len(ids)} cases"


def _approval(form: Form) -> Block:
    """Vendor and laboratory; a reviewer is named at the laboratory only."""
    names = [name for name in Person.__struct_fields__ if name != "date"]
    vendor = [name for name in names if name != "reviewer"]
    sides = (("Vendor", form.vendor, vendor), ("Laboratory", form.laboratory, names))
    return approval(
        Party(title, [(name.capitalize(), cell(getattr(person, name))) for name in names], cell(person.date))
        for title, person, names in sides
    )
