"""Results for Allure: each case as a test result of Allure's own model, and the two files that say what they mean.

What makes the run red is failed or broken, as in JUnit (`reports.results.verdicts.mark`): FAIL, a pass against
expectation and what ``--fail-on`` asks for are failed, ERROR is broken; INCONCLUSIVE, NOT_RUN, NOT_APPLICABLE and a
failure that was expected are skipped. The message begins with our own word, and the categories are made from it.
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

from reports.evidence.explanation import render
from reports.evidence.sequence import Entry, Group, Step, fold, of_failure, of_trace
from reports.results import asked
from reports.results.coverage import coverage, profile_named, profile_result, profiles
from reports.results.headline import headline, notices, problem_of_the_run
from reports.results.verdicts import Case, Results, asked_for, mark, outcome, word
from reports.text.markdown import code, plain
from reports.text.plain import clean

DOCUMENTS: Final = "https://openchargealliance.org/protocols/open-charge-point-protocol/"
"""Where the documents that a case refers to can be had."""
MAX_FRAME: Final = 4_000
"""Characters of a frame in a step; the trace that is attached has all of them."""
WIDTH: Final = 100
_STATUSES: Final[Mapping[str, str]] = {
    "passed": Status.PASSED,
    "failed": Status.FAILED,
    "error": Status.BROKEN,
    "skipped": Status.SKIPPED,
}
_CATEGORIES: Final = (
    ("The system under test broke a rule", word("FAIL")),
    ("Passed although a failure was expected: shorten the list", word("XPASS")),
    ("Harness, network, operator or preamble broke", word("ERROR")),
    ("Could not be observed", word("INCONCLUSIVE")),
    ("Not run", word("NOT_RUN")),
    ("Passed with findings, and the run was asked to be red for them", word("PASS")),
    ("Known failures", word("XFAIL")),
    ("Not claimed", word("NOT_APPLICABLE")),
    ("The run as a whole", "RUN"),
)
_SEVERITIES: Final[Mapping[str, str]] = {
    "Core": Severity.CRITICAL.value,
    "Security": Severity.CRITICAL.value,
    "OCPP-J": Severity.CRITICAL.value,
    "Performance": Severity.MINOR.value,
}
_ARROWS: Final = {"station->csms": "station → CSMS", "csms->station": "CSMS → station"}
_URL: Final = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:)]")


def test_result(results: Results, case: Case, entries: Sequence[Entry]) -> TestResult:
    """One case. ``entries`` are the lines of its trace, none when it has no trace; attachments are the caller's."""
    start = _start(results, entries)
    status = _STATUSES[mark(results, case)]
    title = clean(profile_named(results, case["profile"]).title)
    return TestResult(
        uuid=_digest(results["run"]["id"], case["id"]),
        historyId=_digest(case["sut"], case["id"]),
        testCaseId=_digest(case["id"]),
        fullName=f"testcases.{case['sut']}.{clean(case['profile'])}.{clean(case['id'])}",
        titlePath=[clean(results["run"]["sut"]["name"]), title],
        name=f"{clean(case['id'])} {clean(case['title'])}",
        status=status,
        statusDetails=_details(results, case),
        description=_description(case),
        stage="finished",
        start=start,
        stop=start + round(case["seconds"] * 1000),
        labels=list(_labels(results, case, title)),
        links=list(_links(case)),
        steps=_steps(case, entries, start, status),
    )


def run_result(results: Results) -> TestResult | None:
    """What makes the run red and is no case, as a result of its own: an interruption, for example."""
    problem = problem_of_the_run(results)
    if problem is None:
        return None
    run, at = results["run"], _start(results, ())
    name = clean(run["sut"]["name"])
    return TestResult(
        uuid=_digest(run["id"], "run"),
        historyId=_digest(run["sut"]["role"], "run"),
        testCaseId=_digest("run"),
        fullName="testcases.run",
        titlePath=[name, "run"],
        name="The run as a whole",
        status=Status.BROKEN,
        statusDetails=StatusDetails(message=f"RUN {problem[0]}: {problem[1]}"),
        stage="finished",
        start=at,
        stop=at + round(run["seconds"] * 1000),
        labels=[Label(name=LabelType.PARENT_SUITE, value=name), Label(name=LabelType.SUITE, value="run")],
    )


def categories() -> list[dict[str, Any]]:
    """The content of ``categories.json``: Allure files a result by the word its message begins with."""
    statuses = [Status.FAILED, Status.BROKEN, Status.SKIPPED]
    return [
        {"name": name, "matchedStatuses": statuses, "messageRegex": rf"(?s){begins}\b.*"}
        for name, begins in _CATEGORIES
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
        "Outcome": headline(results),
        **{f"Notice_{number}": notice for number, notice in enumerate(notices(results), 1)},
        **{
            f"Profile_{profile.name}": ", ".join((profile_result(results, profile), str(coverage(results, profile))))
            for profile in profiles(results)
        },
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


def _details(results: Results, case: Case) -> StatusDetails | None:
    name, wish = outcome(case), asked_for(results, case)
    if name == "PASS" and wish is None:
        return None
    reason = case["reason"] or ""
    if wish == "finding" and name == "PASS":
        reason = "; ".join(f"{one['level']} {one['rule']}: {one['message']}" for one in case["findings"])
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
    lines += [f"- {plain(sentence)}" for sentence in asked.sentences(case)]
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
