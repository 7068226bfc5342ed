"""The performance part of the two layouts; values are printed as measured, whether within what was declared or not."""

from collections.abc import Iterable
from dataclasses import replace

from reports.documents import Block, Cell, cell, table
from reports.results.performance import FEW_SAMPLES, milliseconds, seconds
from reports.v16.abstract.model import UNIT, Measured, Report
from reports.v16.abstract.printing import clock, number
from reports.v16.abstract.words import MEASURE_DESCRIPTIONS, MEASURE_NAMES, MEASURES


def performance_2023(report: Report) -> Block:
    """One table: the declared value with its unit, and the maximum that was measured as HH:MM:SS."""
    names = MEASURE_NAMES["2023"]
    declared = {row.key: f"{number(row.max)}s" for row in report.performance.declared}
    measured = {row.key: row for row in report.performance.measured}
    rows = []
    for key in MEASURES[report.product.sut]:
        row = measured.get(key)
        value = None if row is None or row.max_ms is None else f"{clock(row.max_ms)}{_few(row)}"
        rows.append(
            (
                cell(names[key]),
                cell(declared.get(key), report.sources["performance.declared"]),
                cell(value, report.sources["performance.measured"]),
                cell(MEASURE_DESCRIPTIONS[key]),
            )
        )
    columns = {"Name": 27, "PICS value": 14, "Measured value": 20, "Description": 39}
    return table("Performance Measurement Results", columns, rows, _conditions(report))


def performance_2024(report: Report) -> Block:
    """One heading: a table of what was declared, one of what was measured in seconds, and the technology."""
    names, keys = MEASURE_NAMES["2024"], MEASURES[report.product.sut]
    declared = {row.key: row for row in report.performance.declared}
    measured = {row.key: row for row in report.performance.measured}
    p, m = report.sources["performance.declared"], report.sources["performance.measured"]
    stated, found = [], []
    for key in keys:
        limit, row = declared.get(key), measured.get(key)
        stated.append(
            (cell(names[key]), cell(limit and number(limit.max), p), cell(UNIT, p), cell(MEASURE_DESCRIPTIONS[key]))
        )
        low, high, mean = (row.min_ms, row.max_ms, row.mean_ms) if row else (None, None, None)
        few = _few(row) if row else ""
        found.append(
            (
                cell(names[key]),
                cell(seconds(low), m),
                cell(seconds(high), m),
                cell(f"{seconds(mean)}{few}", m),
                cell(UNIT, m),
            )
        )
    link = report.performance.link
    technology = cell(
        f"Communication technology during the measurement: {cell(link.technology).text}",
        report.sources["performance.link.technology"],
    )
    title = "Performance Measurement Result"
    measures = table(
        title,
        {"Name": 34, "Min Value": 15, "Max Value": 15, "Average Value": 22, "Unit": 14},
        found,
        (technology, *_conditions(report)),
    )
    declaration = table(title, {"Name": 34, "Max Value": 14, "Unit": 12, "Description": 40}, stated)
    return replace(declaration, more=(measures,))


def _few(row: Measured) -> str:
    """Few samples say so beside their value."""
    return f" ({row.n} samples)" if 0 < row.n < FEW_SAMPLES else ""


def _conditions(report: Report) -> Iterable[Cell]:
    """The link, and the requests without an answer: they are no samples, and may not go unseen for that reason."""
    rtt = report.performance.link.rtt_ms
    if rtt is not None:
        yield cell(f"Round trip of the link: {milliseconds(rtt)} ms", report.sources["performance.link.rtt_ms"])
    for row in report.performance.measured:
        if row.timeouts:
            text = f"{MEASURE_NAMES[report.layout][row.key]}: requests without an answer in time: {row.timeouts}"
            yield cell(text, report.sources["performance.measured"])
