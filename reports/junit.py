"""Results as JUnit XML, in the shape that Jenkins, GitLab and the reporters for GitHub read alike.

A failed case is a ``failure``; ERROR and INCONCLUSIVE are an ``error`` whose type says which, because all three servers
fold away what was skipped, and nobody may overlook what nobody could see; NOT_APPLICABLE, a failure that was expected
and a case that was not run are ``skipped``, with the reason. A case that passed against expectation is a ``failure``.

There is one suite per profile. What is known of a case beyond its verdict stands in the properties of the suite, under
the id of the case: the xUnit plugin of Jenkins (junit-10.xsd) refuses a file with properties in a ``testcase``.
"""

from collections.abc import Iterable
from typing import Any, Final
from xml.etree import ElementTree as ET

from reports.explanation import render
from reports.secrets import mask
from reports.text import clean, visible
from reports.verdicts import Case, Results, ordered, outcome, profiles

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
    run, cases = results["run"], ordered(results["cases"])
    counts = _counts(cases)
    del counts["skipped"]  # the one count that the schema of Jenkins does not know here
    root = ET.Element("testsuites", {"name": "plugproof", **counts, "time": f"{run['seconds']:.3f}"})
    facts = (
        ("run", run["id"]),
        ("harness", f"{run['harness']['name']} {run['harness']['version']}"),
        ("schemas", f"OCPP {run['schemas']['version']}, digest {run['schemas']['digest']}"),
        ("sut", f"{run['sut']['name']} ({run['sut']['role']})"),
        ("certificate", "no: results of an open harness"),
    )
    for profile in profiles(results):
        own = [case for case in cases if case["profile"] == profile.name]
        time = f"{sum(case['seconds'] for case in own):.3f}"
        about = {"name": clean(profile.title), **_counts(own), "time": time, "timestamp": clean(run["started"])}
        suite = ET.SubElement(root, "testsuite", about)
        _properties(suite, (*facts, ("profile", profile.name), *(pair for case in own for pair in _facts(case))))
        for case in own:
            _case(suite, case)
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _counts(cases: list[Case]) -> dict[str, str]:
    elements = [_element(case) for case in cases]
    return {
        "tests": str(len(cases)),
        "failures": str(elements.count("failure")),
        "errors": str(elements.count("error")),
        "skipped": str(elements.count("skipped")),
    }


def _element(case: Case) -> str | None:
    """The child that a case gets; None for a pass."""
    # Nothing was done for it, because the system under test had gone: the case that found that out is the error.
    return "skipped" if case.get("not_run") is True else _ELEMENTS.get(outcome(case))


def _facts(case: Case) -> Iterable[tuple[str, str]]:
    id = case["id"]
    yield f"{id}.verdict", case["verdict"]
    yield f"{id}.title", case["title"]
    yield f"{id}.rules", " ".join(case["rules"])
    yield f"{id}.rules_judged", " ".join(case["rules_judged"])
    if case["failure"] is not None and case["failure"]["rule"]:
        yield f"{id}.rule", case["failure"]["rule"]


def _case(suite: ET.Element, case: Case) -> None:
    attributes = {
        "classname": f"testcases.{clean(case['sut'])}.{clean(case['profile'])}",
        "name": clean(case["id"]),
        "time": f"{case['seconds']:.3f}",
    }
    element = ET.SubElement(suite, "testcase", attributes)
    tag = _element(case)
    if tag is not None:
        _verdict(element, tag, outcome(case), case)
    ET.SubElement(element, "system-out").text = visible(render(case, width=WIDTH), lines=True)


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


def _properties(parent: ET.Element, pairs: Iterable[tuple[str, Any]]) -> None:
    properties = ET.SubElement(parent, "properties")
    for name, value in pairs:
        ET.SubElement(properties, "property", {"name": clean(name), "value": clean(value)})
