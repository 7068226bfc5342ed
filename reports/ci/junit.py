"""Results as JUnit XML, in the shape that Jenkins, GitLab and the reporters for GitHub read alike.

It is red exactly when the exit code is not 0 (`reports.results.verdicts.mark`): a failed case is a ``failure``, and
so is one that passed against expectation and one that ``--fail-on`` asks for; ERROR is an ``error``; INCONCLUSIVE,
NOT_APPLICABLE, a failure that was expected and a case that was not run are ``skipped``, with the reason. What makes a
run red although no case does, such as an interruption, is a test case of its own, in a suite called "run".

There is one suite per profile. What is known of a case beyond its verdict stands in the properties of the suite, under
the id of the case: the xUnit plugin of Jenkins (junit-10.xsd) refuses a file with properties in a ``testcase``.
"""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple
from xml.etree import ElementTree as ET

from reports.evidence.explanation import render
from reports.results.coverage import coverage, profiles
from reports.results.headline import LOAD, interruption, notices, problem_of_the_run
from reports.results.load import load_of
from reports.results.verdicts import Case, Results, asked_for, mark, ordered, outcome
from reports.text.plain import clean, visible
from reports.text.secrets import mask

__all__ = ["WIDTH", "junit"]

WIDTH: Final = 100
"""Width of the explanations, in characters."""
_ELEMENTS: Final = {"failed": "failure", "error": "error", "skipped": "skipped"}


def junit(results: Results) -> str:
    """The XML document. Equal results give equal text: cases are sorted, times come from the results."""
    run, cases = results["run"], ordered(results["cases"])
    problem, load = problem_of_the_run(results), _load(results)
    if problem is not None and problem[0] == LOAD:  # it has a suite of its own, which says the same
        problem = None
    elements = [_element(results, case) for case in cases] + [one.element for one in load]
    counts = _counts(elements + (["error"] if problem else []))
    del counts["skipped"]  # the one count that the schema of Jenkins does not know here
    root = ET.Element("testsuites", {"name": "plugproof", **counts, "time": f"{run['seconds']:.3f}"})
    facts = (
        ("run", run["id"]),
        ("harness", f"{run['harness']['name']} {run['harness']['version']}"),
        ("schemas", f"OCPP {run['schemas']['version']}, digest {run['schemas']['digest']}"),
        ("sut", f"{run['sut']['name']} ({run['sut']['role']})"),
        ("certificate", "no: results of an open harness"),
        ("interrupted", interruption(results) or "no"),
        *(("notice", notice) for notice in notices(results)),
    )
    if problem is not None:
        _problem(root, facts, *problem, timestamp=run["started"])
    for profile in profiles(results):
        own = [case for case in cases if case["profile"] == profile.name]
        time = f"{sum(case['seconds'] for case in own):.3f}"
        about = {
            "name": clean(profile.title),
            **_counts([_element(results, case) for case in own]),
            "time": time,
            "timestamp": clean(run["started"]),
        }
        covered = ("cases", str(coverage(results, profile)))
        suite = ET.SubElement(root, "testsuite", about)
        _properties(
            suite, (*facts, ("profile", profile.name), covered, *(pair for case in own for pair in _facts(case)))
        )
        for case in own:
            _case(suite, results, case)
    if load:
        _suite_of_load(root, facts, load, timestamp=run["started"])
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _problem(root: ET.Element, facts: Any, kind: str, message: str, *, timestamp: str) -> None:
    """What makes the run red and is no case."""
    suite = ET.SubElement(
        root, "testsuite", {"name": "run", **_counts(["error"]), "time": "0.000", "timestamp": clean(timestamp)}
    )
    _properties(suite, facts)
    case = ET.SubElement(suite, "testcase", {"classname": "testcases.run", "name": kind.lower(), "time": "0.000"})
    ET.SubElement(case, "error", {"type": kind, "message": clean(message)})


class _OfLoad(NamedTuple):
    """A test case about the load profile: a limit, or its verdict as a whole."""

    name: str
    verdict: str
    reason: str
    element: str | None


def _load(results: Results) -> list[_OfLoad]:
    """What is said of the load. A limit that had nothing to judge is as red as the verdict says."""
    load = load_of(results)
    if load is None:
        return []
    silent = "skipped" if load["verdict"] == "PASS" else "error"
    elements = {"PASS": None, "FAIL": "failure", "ERROR": "error"}
    limits = [(one["limit"], one["verdict"], one["reason"]) for one in load["limits"]]
    return [
        _OfLoad(name, verdict, reason, elements.get(verdict, silent))
        for name, verdict, reason in (*limits, ("verdict", load["verdict"], load["reason"]))
    ]


def _suite_of_load(root: ET.Element, facts: Any, load: list[_OfLoad], *, timestamp: str) -> None:
    counts = _counts([one.element for one in load])
    suite = ET.SubElement(root, "testsuite", {"name": "load", **counts, "time": "0.000", "timestamp": clean(timestamp)})
    _properties(suite, facts)
    for one in load:
        case = ET.SubElement(
            suite, "testcase", {"classname": "testcases.load", "name": clean(one.name), "time": "0.000"}
        )
        if one.element is not None:
            ET.SubElement(case, one.element, {"type": one.verdict, "message": clean(one.reason)})


def _counts(elements: list[str | None]) -> dict[str, str]:
    return {
        "tests": str(len(elements)),
        "failures": str(elements.count("failure")),
        "errors": str(elements.count("error")),
        "skipped": str(elements.count("skipped")),
    }


def _element(results: Results, case: Case) -> str | None:
    """The child that a case gets; None for a pass."""
    return _ELEMENTS.get(mark(results, case))


def _facts(case: Case) -> Iterable[tuple[str, str]]:
    id = case["id"]
    yield f"{id}.verdict", case["verdict"]
    yield f"{id}.title", case["title"]
    yield f"{id}.rules", " ".join(case["rules"])
    yield f"{id}.rules_judged", " ".join(case["rules_judged"])
    if case["failure"] is not None and case["failure"]["rule"]:
        yield f"{id}.rule", case["failure"]["rule"]


def _case(suite: ET.Element, results: Results, case: Case) -> None:
    attributes = {
        "classname": f"testcases.{clean(case['sut'])}.{clean(case['profile'])}",
        "name": clean(case["id"]),
        "time": f"{case['seconds']:.3f}",
    }
    element = ET.SubElement(suite, "testcase", attributes)
    tag = _element(results, case)
    if tag is not None:
        wish = asked_for(results, case) if tag == "failure" and outcome(case) not in ("FAIL", "XPASS") else None
        _verdict(element, tag, outcome(case), case, wish)
    ET.SubElement(element, "system-out").text = visible(render(case, width=WIDTH), lines=True)


def _verdict(element: ET.Element, tag: str, name: str, case: Case, wish: str | None) -> None:
    """The child that says what came out; ``type`` is the outcome, ``wish`` what ``--fail-on`` asked for and found."""
    message = case["reason"] or ""
    if name in ("XPASS", "XFAIL"):
        verb = "passed although a failure was expected" if name == "XPASS" else "failed as expected"
        message = f"{verb}: {case['expected_failure']}"
    if wish == "finding":
        message = "; ".join(f"{one['level']} {one['rule']}: {one['message']}" for one in case["findings"])
    if wish is not None:
        message = f"{message} (--fail-on {wish})"
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
