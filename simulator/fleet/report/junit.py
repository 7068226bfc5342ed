"""A result of a fleet as JUnit XML, red exactly when the exit code is not 0 (docs/load.md, "For machines").

A suite for the limits, one test case each, and a suite for the run as a whole with its verdict; broken rules are
properties. A limit with nothing to judge is an error, because silence is no pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

_OF: Final[Mapping[str, str]] = {"FAIL": "failure", "ERROR": "error", "INCONCLUSIVE": "error"}
_NO_XML: Final = {code: "�" for code in range(32) if code not in (9, 10, 13)}


def junit(result: Mapping[str, Any]) -> str:
    """The document. Equal results give equal text."""
    limits = [(one["limit"], one["verdict"], one["reason"]) for one in result["limits"]]
    whole = [("verdict", result["verdict"], result["reason"])]
    seconds = result["run"]["seconds"]
    root = ET.Element("testsuites", {"name": "plugproof fleet", **_counts([*limits, *whole]), "time": f"{seconds:.3f}"})
    for name, cases in (("limits", limits), ("run", whole)):
        if cases:
            _suite(root, name, cases, result)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(root: ET.Element, name: str, cases: list[tuple[str, str, str]], result: Mapping[str, Any]) -> None:
    run, plan = result["run"], result["plan"]
    suite = ET.SubElement(
        root,
        "testsuite",
        {"name": name, **_counts(cases), "time": f"{run['seconds']:.3f}", "timestamp": run["started"]},
    )
    properties = ET.SubElement(suite, "properties")
    facts = {
        "csms": plan["url"],
        "stations": plan["stations"],
        "seed": plan["seed"],
        "harness": f"{run['harness']['name']} {run['harness']['version']}",
        **{
            f"violation.{one['rule']}.{one['action'] or 'connection'}": f"{one['count']} times by the {one['party']} "
            f"({one['level']}): {one['message']}"
            for one in result["violations"]
        },
    }
    for key, value in facts.items():
        ET.SubElement(properties, "property", {"name": _clean(key), "value": _clean(value)})
    for title, verdict, reason in cases:
        case = ET.SubElement(suite, "testcase", {"classname": f"fleet.{name}", "name": _clean(title), "time": "0.000"})
        if verdict in _OF:
            ET.SubElement(case, _OF[verdict], {"type": verdict, "message": _clean(reason)})


def _counts(cases: list[tuple[str, str, str]]) -> dict[str, str]:
    found = [_OF.get(verdict) for _, verdict, _ in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(found.count("failure")),
        "errors": str(found.count("error")),
    }


def _clean(text: object) -> str:
    """What XML cannot hold is replaced."""
    return str(text).translate(_NO_XML)
