"""The two layouts: which parts an abstract has, in which order, and what stands in their cells."""

from collections.abc import Callable, Iterable
from typing import Final

from reports.documents import Block, Cell, Document, Party, Row, approval, cell, facts, table
from reports.documents.sources import CONSTANT, MEANINGS
from reports.v16.abstract.invariants import check
from reports.v16.abstract.model import Counts, Functionality, Person, Report
from reports.v16.abstract.performance import performance_2023, performance_2024
from reports.v16.abstract.printing import date
from reports.v16.abstract.words import DESCRIPTIONS, DEVICE, ORDER, PROFILES, SIX, TITLE

_TITLES: Final = {profile.key: profile.title for profile in PROFILES}
_PERSON: Final = ("name", "company", "department", "position", "location")


def lay_out(report: Report, *, all_rows: bool = False) -> Document:
    """The abstract in its layout.

    With ``all_rows`` also what was not claimed is printed, and the heading of settings that nobody stated.
    Raises AbstractError when the model breaks an invariant.
    """
    check(report)
    parts = {"2023": _layout_2023, "2024": _layout_2024}[report.layout]
    letters = ", ".join(f"{letter} {meaning}" for letter, meaning in MEANINGS.items() if letter != CONSTANT)
    title = f"{TITLE}, {kind(report)}" if report.layout == "2023" and report.partial is None else TITLE
    return Document(
        disclaimer=cell(report.disclaimer).text,
        title=f"{title} (partial run)" if report.partial is not None else title,
        blocks=tuple(parts(report, all_rows)),
        legend=f"Sources of the values: {letters}. Text without a letter belongs to the layout.",
        reference=cell(report.id).text,
        made=report.generated_at,
        author=cell(f"{report.harness.name} {report.harness.version}").text,
        notice="" if report.partial is None else cell(report.partial).text,
        remarks=tuple(_of(report, "notices", notice) for notice in report.notices),
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
        "Test Result Summary: OCPP 1.6",
        ("Test laboratory", _of(report, "lab.name", lab.name)),
        ("Location", _of(report, "lab.location", lab.location)),
        ("Test Report Reference", _of(report, "lab.reference", lab.reference)),
        ("Vendor name", vendor),
        ("Device Under Test", device),
        ("Communication", communication),
        ("OCPP Software version", version),
    )
    yield _functionalities(report, "Tested functionalities", "Functionality", all_rows, separated=True)
    yield performance_2023(report)
    yield _facts(
        "Test Configuration",
        ("Vendor", vendor),
        ("DUT / SUT", device),
        ("Communication", communication),
        ("OCPP Software version", version),
        ("Tool version", _of(report, "configuration.tool", report.configuration.tool)),
    )
    limits = [(limit.name, limit.value) for limit in report.configuration.limits]
    if limits or all_rows:
        letter = report.sources["configuration.limits"]
        rows = ((cell(name, letter), cell(value, letter)) for name, value in limits)
        yield table("Limits and non-OCPP settings", {"Limit / setting": 60, "Value": 40}, rows)
    yield _approval(report, reviewer=False)
    yield _origin(report)


def _layout_2024(report: Report, all_rows: bool) -> Iterable[Block]:
    product, lab = report.product, report.lab
    yield _cover(report)
    yield _facts(
        "Test Report: OCPP 1.6",
        ("Test laboratory", _of(report, "lab.name", lab.name)),
        ("Location", _of(report, "lab.location", lab.location)),
        ("Test Report Reference", _of(report, "lab.reference", lab.reference)),
        ("Product Designation", _of(report, "product.designation", product.designation)),
        ("Vendor name", _of(report, "product.vendor", product.vendor)),
        ("Device Under Test", _of(report, "product.sut", DEVICE["2024"][product.sut])),
        ("OCPP Software version", _of(report, "product.software_version", product.software_version)),
    )
    yield _functionalities(report, "Tested functionalities", "Certification profile", all_rows, separated=False)
    if report.questions:
        yield _questions(report)
    yield performance_2024(report)
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
            _of(report, "functionalities.result", _result(row)),
            _description(report, row),
        )
        for row in _printed(report, all_rows=all_rows)
    ]
    if separated and len(rows) > 1:
        rows.insert(1, (cell("Optional features"),))
    remarks = [
        *_outside(report.outside, lambda text: _of(report, "outside", text)),
        *(_of(report, "mismatches", f"Contradicted by the run: {sentence}") for sentence in report.mismatches),
        *(_of(report, "asked", f"Seen in the run: {sentence}") for sentence in report.asked),
        *(_of(report, "untested", f"Not tested: {sentence}") for sentence in report.untested),
    ]
    return table(title, {name: 30, "Result": 17, "Description": 53}, rows, remarks)


def _result(row: Functionality) -> str:
    """The word; for a part its number of cases, and beside what came to no verdict how many errors there were."""
    if row.result == "Partial":
        return f"{row.run} of {row.applicable} run"
    errors = row.counts.error
    return (
        f"Inconclusive ({errors} error{'s' * (errors != 1)})" if row.result == "Inconclusive" and errors else row.result
    )


def _description(report: Report, row: Functionality) -> Cell:
    text = DESCRIPTIONS[report.layout][row.key]
    if row.key == "advanced_security" and report.security_profiles:
        named = ", ".join(map(str, report.security_profiles))
        return _of(report, "security_profiles", f"{text} Security profiles claimed: {named}.")
    return cell(text)


def _outside(counts: Counts, print_: Callable[[str], Cell]) -> Iterable[Cell]:
    """What went wrong in cases that no row speaks of, such as those about the transport."""
    named = (
        (counts.fail, "failed"),
        (counts.error, "ended with an error"),
        (counts.inconclusive, "inconclusive"),
        (counts.not_run, "not run"),
    )
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
    return table("Additional Questions", {"ID": 12, "Question": 62, "Supported / Present": 26}, rows, remarks)


def _approval(report: Report, *, reviewer: bool) -> Block:
    """Vendor and laboratory. A reviewer is named at the laboratory only, and only where the layout has one."""
    names = (_PERSON[0], "reviewer", *_PERSON[1:]) if reviewer else _PERSON
    sides = (("Vendor", "vendor", _PERSON), ("Laboratory", "laboratory", names))
    return approval(_party(report, title, side, names) for title, side, names in sides)


def _party(report: Report, title: str, side: str, names: Iterable[str]) -> Party:
    person: Person = getattr(report.approval, side)

    def entry(value: str | None) -> Cell:
        return _of(report, f"approval.{side}", value)

    dated = None if person.date is None else date(person.date, report.layout)
    return Party(title, [(name.capitalize(), entry(getattr(person, name))) for name in names], entry(dated))


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
