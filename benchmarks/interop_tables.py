"""The tables of docs/interop.md about real systems, made of results files: `python -m benchmarks.interop_tables`.

`docs/interop/<system>.json` is what runs said; `add` makes it of the results files of runs of one system:

    python -m benchmarks.interop_tables add steve first/results.json second/results.json four-workers/results.json

`docs/interop/<system>.toml` is what somebody found out about it: which verdict other than PASS is true of the product,
which is ours, and why. The two have to agree case by case, or nothing is written. Results files of your own go into a
folder of yours with `--data`, and `--page` names the page; it needs the two marks.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

DOCS = Path(__file__).parents[1] / "docs"
DATA = DOCS / "interop"
PAGE = DOCS / "interop.md"
BEGIN, END = "<!-- real systems: begin -->", "<!-- real systems: end -->"

JUDGEMENTS: Mapping[str, str] = {
    "true": "yes",
    "ours": "no, ours",
    "API": "API",
}
"""What somebody judged of a verdict -> how the table says it."""


class Disagreement(Exception):
    """Runs and judgements do not fit together; the text has a line for each case."""


@dataclass(frozen=True)
class Case:
    """One case of all runs: its verdicts in their order, and what the first run that was no PASS `says`."""

    title: str
    verdicts: tuple[str, ...]
    says: str = ""

    @property
    def verdict(self) -> str:
        """The verdict, or all of them where the runs differ."""
        return self.verdicts[0] if len(set(self.verdicts)) == 1 else ", ".join(self.verdicts)


@dataclass(frozen=True)
class Judgement:
    """What is known about a `verdict` other than PASS: whether it `holds` ("true", "ours", "API"), and `why`."""

    verdict: str
    holds: str
    why: str


@dataclass(frozen=True)
class System:
    """A product as it was tried: `about` says which version and how, `runs` when and with how many workers."""

    name: str
    about: str
    runs: tuple[Mapping[str, Any], ...]
    cases: Mapping[str, Case]
    judgements: Mapping[str, Judgement]


# --- what runs said --------------------------------------------------------------------------------------------------


def measured(files: Iterable[Path]) -> dict[str, Any]:
    """The essence of the results files of several runs of one system.

    Raises Disagreement if they are of different cases, or if a run left cases out.
    """
    runs: list[dict[str, Any]] = []
    cases: dict[str, dict[str, Any]] = {}
    for file in files:
        document = json.loads(file.read_text("utf-8"))
        run = document["run"]
        if run["selection"] or run["interrupted"]:
            raise Disagreement(f"{file} is of a part of the cases; run all of them")
        runs.append({"started": run["started"], "workers": run["workers"], "harness": run["harness"]["version"]})
        found = {case["id"]: case for case in document["cases"]}
        if len(runs) > 1 and found.keys() != cases.keys():
            raise Disagreement(f"{file} has other cases than the runs before it")
        for id, case in found.items():
            entry = cases.setdefault(id, {"title": case["title"], "verdicts": [], "says": ""})
            entry["verdicts"].append(case["verdict"])
            entry["says"] = entry["says"] or (case["reason"] or "") * (case["verdict"] != "PASS")
    return {"runs": runs, "cases": dict(sorted(cases.items()))}


def system(data: Path, name: str) -> System:
    """Read what is kept of one system. Raises Disagreement where a verdict is not judged, or judged as another one."""
    said = json.loads((data / f"{name}.json").read_text("utf-8"))
    file = data / f"{name}.toml"
    if not file.exists():
        raise Disagreement(f"write {file}: what was found out about these verdicts, as docs/interop/steve.toml has it")
    known = tomllib.loads(file.read_text("utf-8"))
    judgements = {
        id: Judgement(group["verdict"], group["holds"], " ".join(group["why"].split()))
        for group in known["judged"]
        for id in group["cases"]
    }
    cases = {id: Case(case["title"], tuple(case["verdicts"]), case["says"]) for id, case in said["cases"].items()}
    wrong = list(_differences(cases, judgements))
    if wrong:
        raise Disagreement("\n".join(f"{name}: {line}" for line in wrong))
    return System(known["name"], " ".join(known["about"].split()), tuple(said["runs"]), cases, judgements)


def _differences(cases: Mapping[str, Case], judgements: Mapping[str, Judgement]) -> Iterator[str]:
    for id, case in cases.items():
        judged = judgements.get(id)
        if judged is None:
            if case.verdict != "PASS":
                yield f"{id} was {case.verdict} and nobody judged it: {case.says}"
        elif judged.verdict != case.verdict:
            yield f"{id} was {case.verdict}, and what was judged is {judged.verdict}"
        elif judged.holds not in JUDGEMENTS or not judged.why:
            yield f"{id} needs holds = one of {', '.join(JUDGEMENTS)}, and why"
    for id in judgements.keys() - cases.keys():
        yield f"{id} was judged and not run"


# --- the page --------------------------------------------------------------------------------------------------------


def tables(systems: Iterable[System]) -> str:
    """The part of the page that is made: a section for each system."""
    return "\n".join(line for one in systems for line in _section(one))


def _section(one: System) -> Iterator[str]:
    yield f"### {one.name}\n"
    yield f"{one.about}\n"
    when = ", ".join(f"`-n {run['workers']}`" for run in one.runs)
    day = max(run["started"] for run in one.runs)[:10]
    same = all(len(set(case.verdicts)) == 1 for case in one.cases.values())
    yield f"Runs: {when}, {day}. {'Every' if same else 'Not every'} run gave the same verdicts."
    counts = Counter(case.verdict for case in one.cases.values())
    yield ", ".join(f"{number} {verdict}" for verdict, number in counts.most_common()) + ".\n"
    yield "| case | title | verdict | true | why |"
    yield "|---|---|---|---|---|"
    for id, case in one.cases.items():
        judged = one.judgements.get(id)
        holds, why = (JUDGEMENTS[judged.holds], judged.why) if judged else ("", "")
        yield f"| {id} | {case.title} | {case.verdict} | {holds} | {why} |"
    yield ""


def page(text: str, systems: Iterable[System]) -> str:
    """The text of the page with the tables between its marks. Raises Disagreement if it has no marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise Disagreement(f"the page needs the lines {BEGIN} and {END}")
    return f"{before}{begin}\n\n{tables(systems)}\n{end}{after}"


def kept(data: Path) -> list[System]:
    """Every system that there are runs of, by name."""
    return [system(data, file.stem) for file in sorted(data.glob("*.json"))]


# --- commands --------------------------------------------------------------------------------------------------------

app = typer.Typer(add_completion=False, help="Tables about real systems, of results files and of what was found out.")
Data = Annotated[Path, typer.Option("--data", metavar="FOLDER", help="Where the systems are kept.")]


@app.callback(invoke_without_command=True)
def write(
    context: typer.Context,
    data: Data = DATA,
    file: Annotated[Path, typer.Option("--page", metavar="FILE", help="The page to write.")] = PAGE,
) -> None:
    """Write the tables into the page."""
    if context.invoked_subcommand is None:
        file.write_text(page(file.read_text("utf-8"), kept(data)), "utf-8")


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="SYSTEM", help="Name of the files of this system.")],
    results: Annotated[list[Path], typer.Argument(metavar="RESULTS...", help="results.json of each run.")],
    data: Data = DATA,
) -> None:
    """Keep what these runs said about a system, in place of what was kept of it."""
    text = json.dumps(measured(results), ensure_ascii=False, indent=1)
    data.mkdir(parents=True, exist_ok=True)
    (data / f"{name}.json").write_text(f"{text}\n", "utf-8")
    system(data, name)


if __name__ == "__main__":
    try:
        app(standalone_mode=False)
    except (Disagreement, OSError) as error:
        sys.exit(str(error))
