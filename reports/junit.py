"""Results as JUnit XML, for the dashboards of CI servers.

A failed case is a ``failure``; ERROR and INCONCLUSIVE are an ``error`` whose type says which; NOT_APPLICABLE, a failure
that was expected and a case that was not run are ``skipped``, with the reason. A case that passed against expectation
is a ``failure``.
"""

from typing import Any, Final
from xml.etree import ElementTree as ET

from reports.explanation import render
from reports.secrets import mask
from reports.text import clean, visible
from reports.verdicts import Case, Results, ordered, outcome, totals

WIDTH: Final = 100
"""Width of the explanations, in characters."""
_ELEMENTS: Final = {
    "FAIL": "failure",
    "XPASS": "failure",
    "ERROR": "error",
    "INCONCLUSIVE": "error",
    "XFAIL": "skipped",
    "NOT_APPLICABLE": "skipped",
}


def junit(results: Results) -> str:
    """The XML document. Equal results give equal text: cases are sorted, times come from the results."""
    run, counts = results["run"], totals(results)
    not_run = sum(_is_not_run(case) for case in results["cases"])
    numbers = {
        "tests": str(sum(counts.values())),
        "failures": str(counts["FAIL"] + counts["XPASS"]),
        "errors": str(counts["ERROR"] + counts["INCONCLUSIVE"] - not_run),
        "skipped": str(counts["XFAIL"] + counts["NOT_APPLICABLE"] + not_run),
        "time": f"{run['seconds']:.3f}",
    }
    root = ET.Element("testsuites", {"name": "plugproof", **numbers})
    suite = ET.SubElement(root, "testsuite", {"name": "plugproof", **numbers, "timestamp": clean(run["started"])})
    _properties(
        suite,
        ("run", run["id"]),
        ("harness", f"{run['harness']['name']} {run['harness']['version']}"),
        ("schemas", f"OCPP {run['schemas']['version']}, digest {run['schemas']['digest']}"),
        ("sut", f"{run['sut']['name']} ({run['sut']['role']})"),
        ("certificate", "no: results of an open harness"),
    )
    for case in ordered(results["cases"]):
        _case(suite, case)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _case(suite: ET.Element, case: Case) -> None:
    attributes = {
        "classname": f"testcases.{clean(case['sut'])}.{clean(case['profile'])}",
        "name": clean(case["id"]),
        "time": f"{case['seconds']:.3f}",
    }
    element = ET.SubElement(suite, "testcase", attributes)
    _properties(
        element,
        ("id", case["id"]),
        ("title", case["title"]),
        ("profile", case["profile"]),
        ("verdict", case["verdict"]),
        ("rules", " ".join(case["rules"])),
        ("rules_judged", " ".join(case["rules_judged"])),
    )
    name = outcome(case)
    if name in _ELEMENTS:
        _verdict(element, "skipped" if _is_not_run(case) else _ELEMENTS[name], name, case)
    ET.SubElement(element, "system-out").text = visible(render(case, width=WIDTH), lines=True)


def _is_not_run(case: Case) -> bool:
    """Whether nothing was done for a case, because the system under test had gone."""
    return case.get("not_run") is True


def _verdict(element: ET.Element, tag: str, name: str, case: Case) -> None:
    """The child that says what came out; ``type`` is the verdict, XPASS or XFAIL."""
    message = case["reason"] or ""
    if name in ("XPASS", "XFAIL"):
        verb = "passed although a failure was expected" if name == "XPASS" else "failed as expected"
        message = f"{verb}: {case['expected_failure']}"
    child = ET.SubElement(element, tag, {"type": name, "message": clean(message)})
    failure = case["failure"]
    if failure is not None:
        rule = " · ".join(part for part in (failure["rule"], failure["ref"]) if part)
        lines = (rule, failure["sentence"], f"expected: {failure['expected']}", f"actual: {failure['actual']}")
        child.text = visible(mask("\n".join(line for line in lines if line)), lines=True)
        if name == "ERROR" and failure["traceback"]:
            child.text += "\n\n" + visible(mask(failure["traceback"].rstrip()), lines=True)


def _properties(parent: ET.Element, *pairs: tuple[str, Any]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in pairs:
        ET.SubElement(properties, "property", {"name": name, "value": clean(value)})
