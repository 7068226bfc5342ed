"""Results as one Markdown page: what a pull request, a wiki or a mail shows of a run."""

from collections.abc import Iterable
from typing import Any, Final

from reports.results import asked, compatibility
from reports.results.causes import Cause, causes
from reports.results.headline import DISCLAIMER, headline, notices, sentence, why
from reports.results.load import load_tables
from reports.results.mismatches import HEADING, contradictions
from reports.results.performance import PHASES
from reports.results.remarks import remarks
from reports.results.tables import COLUMNS, action_table, performance_table, profile_table
from reports.results.verdicts import OUTCOME_NAMES, Results, exit_code, ordered, outcome, totals, word
from reports.text.markdown import code as _code
from reports.text.markdown import or_dash as _or_dash
from reports.text.markdown import plain as _md
from reports.text.markdown import table as _table
from reports.text.table import Table

_SUT: Final = {"csms": "Charging Station Management System", "charge_point": "Charging Station"}
_TOLD: Final = ("FAIL", "XPASS", "ERROR", "INCONCLUSIVE", "NOT_RUN")


def summary(results: Results) -> str:
    """The page. It says on its first line that it is no certificate."""
    parts = [
        [f"> {DISCLAIMER}"],
        [f"# {title(results)}"],
        [f"**{ending(results)}**"],
        *([[f"- {_md(notice)}" for notice in told]] if (told := notices(results)) else []),
        _product(results["run"]["sut"]),
        ["## Totals"],
        _table(Table("Totals", *_totals(results))),
        ["## Profiles"],
        _table(profile_table(results)),
        *_performance(results),
        *_not_passed(results),
        *_listed(results, "XFAIL"),
        *_not_applicable(results),
        *_should(results),
        *_asked(results),
        *_contradicted(results),
        *_unjudged(results),
        *_insisted(results),
        ["## Conditions of the run"],
        _conditions(results["run"]),
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def title(results: Results) -> str:
    """What was tested and how the run ended, in one line of Markdown."""
    return f"{_md(results['run']['sut']['name'])}: {_md(headline(results))}"


def ending(results: Results) -> str:
    """The exit code with its reason."""
    return f"Exit code {exit_code(results)}: {_md(sentence(why(results)))}"


def _product(sut: dict[str, Any]) -> list[str]:
    rows = (
        ("System under test", _SUT[sut["role"]]),
        ("Vendor", sut["vendor"]),
        ("Holder", sut["holder"]),
        ("Designation", sut["designation"]),
        ("Software version", sut["software_version"]),
        ("Communication", sut["communication"]),
    )
    address = "-" if sut["address"] is None else _code(sut["address"])
    cells = (*((key, _or_dash(value)) for key, value in rows), ("Address", address))
    return _table(Table("Product", ("Product", "Value"), cells))


def _totals(results: Results) -> tuple[tuple[str, ...], tuple[tuple[str, ...]]]:
    counts = totals(results)
    return (
        ("Cases", *(OUTCOME_NAMES[name] for name in COLUMNS)),
        ((str(sum(counts.values())), *(str(counts[name]) for name in COLUMNS)),),
    )


def _performance(results: Results) -> Iterable[list[str]]:
    times = performance_table(results)
    yield ["## Performance"]
    yield [f"{times.title}:"]
    yield _table(times)
    link = results["performance"]["link"]
    rtt = "not measured" if link["rtt_ms"] is None else f"{link['rtt_ms']:g} ms"
    yield [f"Communication technology during the measurement: {_or_dash(link['technology'])}; round trip: {rtt}."]
    notes = remarks(results)
    if notes:
        yield [f"- {_md(note)}" for note in notes]
    for phase in PHASES:
        actions = action_table(results, phase)
        if actions.rows:
            yield [f"{actions.title}:"]
            yield _table(actions)
    for one in load_tables(results):
        yield [f"{one.title}:"]
        yield _table(one)


def _asked(results: Results) -> Iterable[list[str]]:
    if found := asked.differences(results):
        yield [f"## {asked.HEADING}"]
        yield [f"- {_md(sentence)}" for sentence in found]


def _contradicted(results: Results) -> Iterable[list[str]]:
    if found := contradictions(results):
        yield [f"## {HEADING}"]
        yield [f"- {_md(sentence)}" for sentence in found]


def _not_passed(results: Results) -> Iterable[list[str]]:
    for name in _TOLD:
        yield from _listed(results, name)


def _listed(results: Results, name: str) -> Iterable[list[str]]:
    found = causes(case for case in ordered(results["cases"]) if outcome(case) == name)
    if found:
        yield [f"## {OUTCOME_NAMES[name]}"]
        yield [line for cause in found for line in _item(cause)]


def _item(cause: Cause) -> Iterable[str]:
    case = cause.example
    yield f"- **{_md(case['id'])}** {_md(case['title'])} ({word(outcome(case))})"
    if cause.others:
        count = len(cause.others)
        yield f"  - the same in {count} other{'s' * (count != 1)}: {_md(', '.join(cause.others))}"
    if case["expected_failure"] is not None:
        yield f"  - expected failure: {_md(case['expected_failure'])}"
    if case["reason"]:
        yield f"  - reason: {_md(case['reason'])}"
    failure = case["failure"]
    if failure is not None:
        rule = ", ".join(_md(part) for part in (failure["rule"], failure["ref"]) if part)
        if rule or failure["sentence"]:
            yield f"  - rule: {': '.join(part for part in (rule, _md(failure['sentence'])) if part)}"
        yield f"  - expected: {_code(failure['expected'])}"
        yield f"  - actual: {_code(failure['actual'])}"
    if case["trace"]:
        yield f"  - trace: {_code(case['trace'])}"
    if case["rerun"]:
        yield f"  - run again: {_code(case['rerun'])}"


def _not_applicable(results: Results) -> Iterable[list[str]]:
    cases = [case for case in ordered(results["cases"]) if outcome(case) == "NOT_APPLICABLE"]
    if cases:
        rows = tuple((_md(case["id"]), _md(case["title"]), _or_dash(case["reason"])) for case in cases)
        yield ["## Not applicable"]
        yield _table(Table("Not applicable", ("Case", "Title", "Reason"), rows))


def _should(results: Results) -> Iterable[list[str]]:
    """Recommendations that were not followed, one row per rule and sentence."""
    seen: dict[tuple[str, str], list[str]] = {}
    for case in ordered(results["cases"]):
        for finding in case["findings"]:
            if finding["level"] == "SHOULD":
                seen.setdefault((finding["rule"], finding["message"]), []).append(case["id"])
    if seen:
        rows = tuple(
            (_md(rule), _md(message), str(len(ids)), _md(ids[0])) for (rule, message), ids in sorted(seen.items())
        )
        yield ["## Recommendations not followed"]
        yield _table(Table("SHOULD", ("Rule", "Finding", "Times", "First in"), rows))


def _insisted(results: Results) -> Iterable[list[str]]:
    """The axis of compatibility, apart from everything that the standard says."""
    if not compatibility.is_looked_for(results):
        return
    yield [f"## {compatibility.HEADING}"]
    found = compatibility.insisted(results)
    yield [compatibility.ABOUT if found else compatibility.NOTHING]
    if found:
        rows = tuple((_md(one.rule), _md(one.message), str(len(one.ids)), _md(one.ids[0])) for one in found)
        yield _table(Table(compatibility.HEADING, ("Id", "Seen", "Cases", "First in"), rows))


def _unjudged(results: Results) -> Iterable[list[str]]:
    """Rules of cases that passed, but that this run never came to judge: a pass says nothing about them."""
    rows = []
    for case in ordered(results["cases"]):
        missing = sorted(set(case["rules"]) - set(case["rules_judged"]))
        if case["verdict"] == "PASS" and missing:
            rows.append((_md(case["id"]), _md(", ".join(missing))))
    if rows:
        yield ["## Passed without judging every rule"]
        yield _table(Table("Unjudged", ("Case", "Rules not judged"), tuple(rows)))


def _conditions(run: dict[str, Any]) -> list[str]:
    harness, schemas, machine = run["harness"], run["schemas"], run["machine"]
    rows = (
        ("Run", _md(run["id"])),
        ("Harness", _md(f"{harness['name']} {harness['version']}")),
        ("Schemas", _md(f"OCPP {schemas['version']} from {schemas['source']}")),
        ("Digest of the schemas", _code(schemas["digest"])),
        ("Digest of the SUT file", _code(run["sut_file_digest"]) if run["sut_file_digest"] else "-"),
        ("Started", _md(run["started"])),
        ("Duration", f"{run['seconds']:.1f} s"),
        ("Seed", _or_dash(run["seed"])),
        ("Workers", str(run["workers"])),
        ("Recommendations count as rules", "yes" if run["strict"] else "no"),
        ("Machine", _md(f"Python {machine['python']}, {machine['platform']}, {machine['cpus']} CPUs")),
        ("Command", _code(run["command"])),
    )
    return _table(Table("Conditions", ("Condition", "Value"), rows))
