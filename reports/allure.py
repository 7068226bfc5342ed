"""Results for Allure: each case as a test result of Allure's own model, and the two files that say what they mean.

FAIL is failed, and so is a pass against expectation; ERROR and INCONCLUSIVE are broken; NOT_APPLICABLE and a failure
that was expected are skipped. The message begins with our own word, and the categories are made from it.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import md5
from typing import Any, Final

from allure_commons.model2 import (
    Label,
    Link,
    Parameter,
    Status,
    StatusDetails,
    TestResult,
    TestStepResult,
)
from allure_commons.types import LabelType, LinkType, Severity

from reports.explanation import render
from reports.markdown import code, plain
from reports.sequence import Entry, Group, Step, fold, of_failure, of_trace
from reports.text import clean
from reports.verdicts import PROFILES, Case, Results, outcome, word

DOCUMENTS: Final = "https://openchargealliance.org/protocols/open-charge-point-protocol/"
"""Where the documents that a case refers to can be had."""
MAX_FRAME: Final = 4_000
"""Characters of a frame in a step; the trace that is attached has all of them."""
WIDTH: Final = 100
_STATUSES: Final[Mapping[str, str]] = {
    "PASS": Status.PASSED,
    "FAIL": Status.FAILED,
    "XPASS": Status.FAILED,
    "ERROR": Status.BROKEN,
    "INCONCLUSIVE": Status.BROKEN,
    "XFAIL": Status.SKIPPED,
    "NOT_APPLICABLE": Status.SKIPPED,
}
_CATEGORIES: Final = (
    ("The system under test broke a rule", "FAIL"),
    ("Passed although a failure was expected: shorten the list", "XPASS"),
    ("Harness, network, operator or preamble broke", "ERROR"),
    ("Could not be observed", "INCONCLUSIVE"),
    ("Known failures", "XFAIL"),
    ("Not claimed", "NOT_APPLICABLE"),
)
_SEVERITIES: Final[Mapping[str, str]] = {
    "Core": Severity.CRITICAL.value,
    "Security": Severity.CRITICAL.value,
    "OCPP-J": Severity.CRITICAL.value,
    "Performance": Severity.MINOR.value,
}
_TITLES: Final = {profile.name: profile.title for profile in PROFILES}
_ARROWS: Final = {"station->csms": "station → CSMS", "csms->station": "CSMS → station"}
_URL: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:)]")


def test_result(results: Results, case: Case, entries: Sequence[Entry]) -> TestResult:
    """One case. ``entries`` are the lines of its trace, none when it has no trace; attachments are the caller's."""
    start = _start(results, entries)
    status = _STATUSES[outcome(case)]
    title = clean(_TITLES.get(case["profile"], case["profile"]))
    return TestResult(
        uuid=_digest(results["run"]["id"], case["id"]),
        historyId=_digest(case["sut"], case["id"]),
        testCaseId=_digest(case["id"]),
        fullName=f"testcases.{case['sut']}.{clean(case['profile'])}.{clean(case['id'])}",
        titlePath=[clean(results["run"]["sut"]["name"]), title],
        name=f"{clean(case['id'])} {clean(case['title'])}",
        status=status,
        statusDetails=_details(case),
        description=_description(case),
        stage="finished",
        start=start,
        stop=start + round(case["seconds"] * 1000),
        labels=list(_labels(results, case, title)),
        links=list(_links(case)),
        steps=_steps(case, entries, start, status),
    )


def categories() -> list[dict[str, Any]]:
    """The content of ``categories.json``: Allure files a result by its status and the word its message begins with."""
    return [
        {"name": name, "matchedStatuses": [_STATUSES[key]], "messageRegex": rf"(?s){word(key)}\b.*"}
        for name, key in _CATEGORIES
    ]


def environment(results: Results) -> str:
    """The content of ``environment.properties``, in the escapes of Java, so that no encoding matters."""
    run = results["run"]
    sut, machine = run["sut"], run["machine"]
    facts = {
        "System_under_test": f"{sut['name']} ({sut['role']})",
        "Vendor": sut["vendor"],
        "Software_version": sut["software_version"],
        "Address": sut["address"],
        "Harness": f"{run['harness']['name']} {run['harness']['version']}",
        "Schemas": f"OCPP {run['schemas']['version']} from {run['schemas']['source']}, {run['schemas']['digest'][:12]}",
        "Run": run["id"],
        "Started": run["started"],
        "Workers": run["workers"],
        "Strict": "yes" if run["strict"] else "no",
        "Machine": f"Python {machine['python']}, {machine['platform']}, {machine['cpus']} CPUs",
        "Certificate": "no: results of an open harness",
    }
    return "".join(f"{name} = {_property(value)}\n" for name, value in facts.items() if value is not None)


def explanation(case: Case) -> str:
    """The text that is attached: why the case has its verdict."""
    return render(case, width=WIDTH)


def _digest(*parts: str) -> str:
    """The same for the same parts in every run, so that Allure knows a case again."""
    return md5("\n".join(parts).encode(), usedforsecurity=False).hexdigest()


def _property(value: object) -> str:
    text = clean(value).replace("\\", "\\\\")
    # Java counts in UTF-16: a character beyond the first plane is two escapes.
    units = text.encode("utf-16-be")
    numbers = [int.from_bytes(units[at : at + 2]) for at in range(0, len(units), 2)]
    return "".join(chr(number) if number < 0x80 else f"\\u{number:04x}" for number in numbers)


def _start(results: Results, entries: Sequence[Entry]) -> int:
    """When the case began, in milliseconds since 1970; of a case without a trace only the run is known."""
    time: str = entries[0]["time"] if entries else results["run"]["started"]
    return round(datetime.fromisoformat(time).timestamp() * 1000)


def _details(case: Case) -> StatusDetails | None:
    name = outcome(case)
    if name == "PASS":
        return None
    reason = case["reason"] or ""
    if case["expected_failure"] is not None and name in ("XPASS", "XFAIL"):
        reason = f"expected: {case['expected_failure']}" + (f"; {reason}" if reason else "")
    known = True if name == "XFAIL" else None
    return StatusDetails(message=f"{word(name)}: {clean(reason)}", trace=explanation(case), known=known)


def _description(case: Case) -> str:
    """Markdown: what was to be judged, and how to do it again."""
    sentences = case.get("sentences") or {}
    judged = set(case["rules_judged"])
    lines = []
    for rule in case["rules"]:
        sentence = [plain(sentences[rule])] if rule in sentences else []
        lines.append(" ".join(["-", code(rule), *sentence, *([] if rule in judged else ["(not judged)"])]))
    again = [f"Run again: {code(case['rerun'])}"] if case["rerun"] else []
    return "\n\n".join(part for part in ("\n".join(lines), *again) if part)


def _labels(results: Results, case: Case, title: str) -> Iterable[Label]:
    run = results["run"]
    facts = (
        (LabelType.PARENT_SUITE, clean(run["sut"]["name"])),
        (LabelType.SUITE, title),
        (LabelType.EPIC, f"OCPP {clean(run['schemas']['version'])}"),
        (LabelType.FEATURE, title),
        (LabelType.STORY, clean(case["ref"] or "")),
        (LabelType.SEVERITY, _SEVERITIES.get(case["profile"], Severity.NORMAL.value)),
        (LabelType.THREAD, clean(case["lane"] or "")),
        (LabelType.FRAMEWORK, "plugproof"),
        (LabelType.LANGUAGE, "python"),
        *((LabelType.TAG, clean(need)) for need in case["needs"]),
        (LabelType.TAG, "under load" if case.get("phase") == "loaded" else ""),
    )
    return (Label(name=str(name), value=value) for name, value in facts if value)


def _links(case: Case) -> Iterable[Link]:
    if case["ref"]:
        yield Link(type=LinkType.LINK, url=DOCUMENTS, name=clean(case["ref"]))
    for url in _URL.findall(clean(case["expected_failure"] or "")):
        yield Link(type=LinkType.ISSUE, url=url, name=url)


def _steps(case: Case, entries: Sequence[Entry], start: int, status: str) -> list[TestStepResult]:
    """Frames, and what people did; what happened before and after the case proper is one step with steps in it."""
    failure = case["failure"]
    steps = of_trace(entries, failure) if entries else of_failure(failure) if failure else []
    shown: list[TestStepResult] = []
    for group in fold(steps, failure and failure["kind"]):
        inner = _timed(group, start, status)
        if group.name is None:
            shown += inner
        else:
            bad = [step.status for step in inner if step.status != Status.PASSED]
            first, last = inner[0].start, inner[-1].stop
            own = bad[0] if bad else Status.PASSED
            shown.append(TestStepResult(name=clean(group.summary), status=own, steps=inner, start=first, stop=last))
    return shown


def _timed(group: Group, start: int, status: str) -> list[TestStepResult]:
    at = start
    shown = []
    for step in group.steps:
        at = at if step.ms is None else start + round(step.ms)
        shown.append(_step(step, at, status))
    return shown


def _step(step: Step, at: int, status: str) -> TestStepResult:
    who = _ARROWS.get(step.direction or "", "" if step.kind == "silence" else step.kind)
    said = "  ".join(part for part in (step.label, step.detail) if part)
    parameters = [] if step.seq is None else [Parameter(name="seq", value=str(step.seq))]
    if step.text is not None:
        text = clean(step.text)
        parameters.append(Parameter(name=step.kind, value=text if len(text) <= MAX_FRAME else f"{text[:MAX_FRAME]}…"))
    return TestStepResult(
        name=clean(f"{who}: {said}" if who else said),
        status=status if step.offending and status in (Status.FAILED, Status.BROKEN) else Status.PASSED,
        parameters=parameters,
        start=at,
        stop=at,
    )
