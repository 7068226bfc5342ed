"""The two layouts: which parts an abstract has, in which order, and what stands in their cells."""

from collections.abc import Callable, Iterable
from typing import Final

from reports.abstract.invariants import check
from reports.abstract.model import Counts, Functionality, Layout, Person, Report
from reports.abstract.performance import performance_2023, performance_2024
from reports.abstract.printing import date
from reports.abstract.words import DESCRIPTIONS, DEVICE, ORDER, SIGNATURE, SIX, TITLE
from reports.documents import Block, Cell, Document, Row, cell, facts, table
from reports.documents.sources import CONSTANT, MEANINGS
from reports.verdicts import PROFILES

_TITLES: Final = {profile.key: profile.title for profile in PROFILES}
_PERSON: Final = ("name", "date", "company", "department", "position", "location")


def lay_out(report: Report, *, all_rows: bool = False) -> Document:
    """The abstract in its layout.

    With ``all_rows`` also what was not claimed is printed, and the heading of settings that nobody stated.
    Raises AbstractError when the model breaks an invariant.
    """
    check(report)
    parts = {"2023": _layout_2023, "2024": _layout_2024}[report.layout]
    letters = ", ".join(f"{letter} {meaning}" for letter, meaning in MEANINGS.items() if letter != CONSTANT)
    return Document(
        disclaimer=cell(report.disclaimer).text,
        title=f"{TITLE}, {kind(report)}" if report.layout == "2023" else TITLE,
        blocks=tuple(parts(report, all_rows)),
        legend=f"Sources of the values: {letters}. Text without a letter belongs to the layout.",
        reference=cell(report.id).text,
        made=report.generated_at,
        author=cell(f"{report.harness.name} {report.harness.version}").text,
    )


def kind(report: Report) -> str:
    """Full when all six profiles of OCPP 1.6 are claimed, else Subset; with Advanced Security, Security is added."""
    claimed = {functionality.key for functionality in _printed(report, all_rows=False)}
    return ("Full" if claimed >= SIX else "Subset") + (", Security" if "advanced_security" in claimed else "")


def _layout_2023(report: Report, all_rows: bool) -> Iterable[Block]:
    product, lab = report.product, report.lab
    device = _of(report, "product.sut", DEVICE["2023"][product.sut])
    vendor = _of(report, "product.vendor", product.vendor)
    communication = _of(report, "product.communication", product.communication)
    version = _of(report, "product.software_version", product.software_version)
    yield _cover(report)
    yield _facts(
        "Test result summary: OCPP 1.6",
        ("Test laboratory", _of(report, "lab.name", lab.name)),
        ("Location", _of(report, "lab.location", lab.location)),
        ("Test report reference", _of(report, "lab.reference", lab.reference)),
        ("Vendor name", vendor),
        ("Device under test", device),
        ("Communication", communication),
        ("OCPP software version", version),
    )
    yield _functionalities(report, "Tested functionalities", "Functionality", all_rows, separated=True)
    yield performance_2023(report)
    yield _facts(
        "Test configuration",
        ("Vendor", vendor),
        ("DUT / SUT", device),
        ("Communication", communication),
        ("OCPP software version", version),
        ("Tool version", _of(report, "configuration.tool", report.configuration.tool)),
    )
    limits = [(limit.name, limit.value) for limit in report.configuration.limits]
    if limits or all_rows:
        letter = report.sources["configuration.limits"]
        rows = ((cell(name, letter), cell(value, letter)) for name, value in limits)
        yield facts("Limits and non-OCPP settings", rows)
    yield _approval(report, reviewer=False)
    yield _origin(report)


def _layout_2024(report: Report, all_rows: bool) -> Iterable[Block]:
    product, lab = report.product, report.lab
    yield _cover(report)
    yield _facts(
        "Test report: OCPP 1.6",
        ("Test laboratory", _of(report, "lab.name", lab.name)),
        ("Location", _of(report, "lab.location", lab.location)),
        ("Test report reference", _of(report, "lab.reference", lab.reference)),
        ("Product designation", _of(report, "product.designation", product.designation)),
        ("Vendor name", _of(report, "product.vendor", product.vendor)),
        ("Device under test", _of(report, "product.sut", DEVICE["2024"][product.sut])),
        ("OCPP software version", _of(report, "product.software_version", product.software_version)),
    )
    yield _functionalities(report, "Tested functionalities", "Profile", all_rows, separated=False)
    if report.questions:
        yield _questions(report)
    yield from performance_2024(report)
    yield _approval(report, reviewer=True)
    yield _origin(report)


def _cover(report: Report) -> Block:
    """What a page in front of an abstract says about the product; a number like those of certificates is never made."""
    product = report.product
    return _facts(
        "Product",
        ("Holder", _of(report, "product.holder", product.holder)),
        ("Product type", _of(report, "product.sut", DEVICE["2024"][product.sut])),
        ("Designation", _of(report, "product.designation", product.designation)),
        ("Software version", _of(report, "product.software_version", product.software_version)),
    )


def _of(report: Report, place: str, value: object) -> Cell:
    return cell(value, report.sources[place])


def _facts(title: str, *pairs: tuple[str, Cell]) -> Block:
    return facts(title, ((cell(name), value) for name, value in pairs))


def _printed(report: Report, *, all_rows: bool) -> list[Functionality]:
    """The functionalities in the order of the layout."""
    order = ORDER[report.layout]
    rows = (row for row in report.functionalities if all_rows or row.key == "core" or row.result != "Not claimed")
    return sorted(rows, key=lambda row: order.index(row.key))


def _functionalities(report: Report, title: str, name: str, all_rows: bool, *, separated: bool) -> Block:
    rows: list[Row] = [
        (
            cell(_TITLES[row.key]),
            _of(report, "functionalities.result", row.result),
            cell(DESCRIPTIONS[report.layout][row.key]),
        )
        for row in _printed(report, all_rows=all_rows)
    ]
    if separated and len(rows) > 1:
        rows.insert(1, (cell("Optional features"),))
    remarks = [
        *_outside(report.outside, lambda text: _of(report, "outside", text)),
        *(_of(report, "mismatches", f"Contradicted by the run: {sentence}") for sentence in report.mismatches),
    ]
    return table(title, {name: 30, "Result": 17, "Description": 53}, rows, remarks)


def _outside(counts: Counts, print_: Callable[[str], Cell]) -> Iterable[Cell]:
    """What went wrong in cases that no row speaks of, such as those about the transport."""
    named = ((counts.fail, "failed"), (counts.error, "ended with an error"), (counts.inconclusive, "inconclusive"))
    bad = ", ".join(f"{count} {word}" for count, word in named if count)
    if bad:
        yield print_(f"Cases that belong to none of these rows: {bad}.")


def _questions(report: Report) -> Block:
    rows = tuple(
        (
            _of(report, "questions.id", question.id),
            _of(report, "questions.text", question.text),
            _of(report, "questions.answer", question.answer),
        )
        for question in report.questions
    )
    remarks = tuple(
        _of(
            report,
            "questions.observed",
            f"{question.id}: the answer is {question.answer}, the run observed {question.observed}.",
        )
        for question in report.questions
        if None not in (question.answer, question.observed) and question.answer != question.observed
    )
    return table("Additional questions", {"ID": 12, "Question": 62, "Supported / Present": 26}, rows, remarks)


def _approval(report: Report, *, reviewer: bool) -> Block:
    vendor, laboratory = report.approval.vendor, report.approval.laboratory
    names = ("name", "reviewer", *_PERSON[1:]) if reviewer else _PERSON
    rows = [
        (
            cell(name.capitalize()),
            _of(report, "approval.vendor", None if name == "reviewer" else _entry(vendor, name, report.layout)),
            _of(report, "approval.laboratory", _entry(laboratory, name, report.layout)),
        )
        for name in names
    ]
    signature = cell(SIGNATURE)
    return table(
        "Statement of approval",
        {"Approved by": 20, "Vendor": 40, "Laboratory": 40},
        (*rows, (cell("Signature"), signature, signature)),
    )


def _entry(person: Person, name: str, layout: Layout) -> str | None:
    value: str | None = getattr(person, name)
    return date(value, layout) if name == "date" and value is not None else value


def _origin(report: Report) -> Block:
    """Not a part of either seed layout: how to find the run again that this was made from."""
    spec, harness = report.spec, report.harness
    paper = f", security white paper {spec.security_paper}" if spec.security_paper else ""
    return _facts(
        "Origin of this report",
        ("Report id", _of(report, "id", report.id)),
        ("End of the run", _of(report, "generated_at", report.generated_at)),
        (
            "Produced by",
            _of(report, "harness", f"{harness.name} {harness.version}, test suite {harness.test_suite_version}"),
        ),
        (
            "Tested against",
            _of(report, "spec", f"OCPP {spec.ocpp}, errata {spec.errata}, OCPP-J errata {spec.errata_j}{paper}"),
        ),
        ("Digest of the SUT file", _of(report, "pics_digest", report.pics_digest)),
        ("Digest of the results", _of(report, "results_digest", report.results_digest)),
    )
