"""An analysis as JUnit: a suite for each station, in it a case for each rule that was broken.

A case fails when its level is one that ``--fail-on`` names; other findings are told in ``system-out`` of a case that
passes. A station that broke nothing has one case, and so has each log of which lines could not be read.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from reports.analysis.words import Document, count
from reports.text.plain import clean, visible

MOST_SUITES: Final = 2_000
"""Stations that have a suite of their own; those with the most findings come first."""


def junit(document: Document, fail_on: Collection[str]) -> str:
    """The XML document; ``fail_on`` are levels, `unread` and `transaction`."""
    root = ET.Element("testsuites", {"name": "plugproof analyze"})
    suites = [_logs(root, document, "unread" in fail_on), _transactions(root, document, "transaction" in fail_on)]
    suites += [_station(root, one, fail_on) for one in document["stations"][:MOST_SUITES]]
    for name, number in zip(("tests", "failures"), map(sum, zip(*suites, strict=True)), strict=True):
        root.set(name, str(number))
    root.set("errors", "0")
    root.set("time", "0.000")
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _station(root: ET.Element, station: Mapping[str, Any], fail_on: Collection[str]) -> tuple[int, int]:
    name = clean(station["station"])
    suite = _suite(root, name)
    failed = 0
    for rule in station["rules"]:
        is_red = rule["level"] in fail_on
        failed += is_red
        case = _case(suite, f"analyze.{name}", f"{rule['rule']} ({rule['level']})")
        worst, first = rule["worst"], rule["first"]
        told = f"{count(rule['count'], 'time')}; first {_example(first)}\nworst {_example(worst)}"
        _tell(case, f"{worst['party']}: {worst['message']}", told, is_red)
    if not station["rules"]:
        _case(suite, f"analyze.{name}", "no rule is broken")
    return _counted(suite, max(len(station["rules"]), 1), failed)


def _logs(root: ET.Element, document: Document, is_red: bool) -> tuple[int, int]:
    suite = _suite(root, "logs")
    failed = 0
    for log in document["logs"]:
        case = _case(suite, "analyze.logs", clean(log["log"]))
        missed = sum(one["count"] for one in log["unread"])
        if missed or log["trouble"]:
            failed += is_red
            reasons = "\n".join(f"{one['count']}: {one['why']}" for one in log["unread"])
            _tell(case, log["trouble"] or f"{count(missed, 'line')} could not be read", reasons, is_red)
    return _counted(suite, len(document["logs"]), failed)


def _transactions(root: ET.Element, document: Document, is_red: bool) -> tuple[int, int]:
    suite = _suite(root, "transactions")
    oddities = document["transactions"]["oddities"]
    for kind, number in oddities.items():
        case = _case(suite, "analyze.transactions", kind)
        _tell(case, f"{count(number, 'transaction')} with this remark", kind, is_red)
    if not oddities:
        _case(suite, "analyze.transactions", "nothing is odd")
    return _counted(suite, max(len(oddities), 1), len(oddities) if is_red else 0)


def _suite(root: ET.Element, name: str) -> ET.Element:
    return ET.SubElement(root, "testsuite", {"name": name})


def _case(suite: ET.Element, classname: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", {"classname": classname, "name": name, "time": "0.000"})


def _tell(case: ET.Element, message: str, told: str, is_red: bool) -> None:
    if is_red:
        failure = ET.SubElement(case, "failure", {"type": "finding", "message": clean(message)})
        failure.text = visible(told, lines=True)
    else:
        ET.SubElement(case, "system-out").text = visible(f"{message}\n{told}", lines=True)


def _counted(suite: ET.Element, tests: int, failures: int) -> tuple[int, int]:
    suite.attrib.update(tests=str(tests), failures=str(failures), errors="0", skipped="0", time="0.000")
    return tests, failures


def _example(example: Mapping[str, Any]) -> str:
    at = "" if example["time"] is None else f" at {example['time']}"
    frame = "" if example["frame"] is None else f"\n{example['frame']}"
    return f"{example['where']}{at}: {example['message']}{frame}"
