"""How long a pre-check takes to start, beside the imports that nobody can do without, in the same rounds.

``python -m benchmarks.startup [--rounds N] [--old DIR]`` prints a Markdown table. A round runs, one after the other:
Python importing pytest, FastAPI, SQLAlchemy and websockets; ``plugproof precheck --case TC_010_CSMS``; all cases with
the default number of workers; all cases with one, two and four. With ``--old`` also all cases of another tree (made by
``git archive COMMIT | tar x -C DIR``), with its own default. Each ends with exit code 0, or there are no figures.
"""

import argparse
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

IMPORTS: Final = "import pytest, fastapi, sqlalchemy, websockets"
COMMAND: Final = "import sys; sys.argv[0] = 'plugproof'; from harness.cli import main; main()"
"""What the script `plugproof` does, for this tree and for another one."""

CASE: Final = "TC_010_CSMS"
WORKERS: Final = (1, 2, 4)
PROMISE_ONE: Final = 2.0
"""One case is to take at most so many times what the imports take."""

PROMISE_ALL: Final = 0.75
"""All cases are to take at most this part of what they took in the old tree."""


class Subject(NamedTuple):
    """What is measured: its name in the table, the code, its arguments, and another tree to take it from."""

    name: str
    code: str
    arguments: Sequence[str] = ()
    tree: Path | None = None


class Took(NamedTuple):
    """Seconds of one run."""

    wall: float
    cpu: float


def main() -> int:
    """Measure and print; gives the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rounds", type=int, default=5, help="rounds (default 5)")
    options.add_argument("--old", type=Path, metavar="DIR", help="another tree to compare all cases with")
    chosen = options.parse_args()
    subjects = list(_subjects(chosen.old))
    taken: dict[str, list[Took]] = {subject.name: [] for subject in subjects}
    for number in range(chosen.rounds + 1):  # the first one writes the byte code, and is not measured
        for subject in subjects:
            took = _run(subject)
            if number:
                taken[subject.name].append(took)
            print(f"round {number}: {subject.name}: {took.wall:.2f} s wall, {took.cpu:.2f} s CPU", flush=True)
    print(table(taken))
    for sentence in ratios(taken):
        print(sentence)
    return 0


def _subjects(old: Path | None) -> Iterator[Subject]:
    yield Subject("imports", IMPORTS)
    yield Subject("one case", COMMAND, ("precheck", "--case", CASE))
    yield Subject("all cases", COMMAND, ("precheck",))
    for workers in WORKERS:
        yield Subject(f"all cases, -n {workers}", COMMAND, ("precheck", "-n", str(workers)))
    if old is not None:
        yield Subject("all cases, old tree", COMMAND, ("precheck",), old.absolute())


def _run(subject: Subject) -> Took:
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    if subject.tree is not None:
        env["PYTHONPATH"] = str(subject.tree)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="plugproof-bench-") as folder:
        run = subprocess.run(
            [sys.executable, "-c", subject.code, *subject.arguments],
            cwd=folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    wall = time.monotonic() - started
    if run.returncode:
        sys.exit(f"{run.stdout}\n{subject.name} ended with exit code {run.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return Took(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def table(taken: dict[str, list[Took]]) -> str:
    """The figures as Markdown."""
    lines = [
        f"\n{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}; seconds\n",
        "| | rounds | wall: median | min | max | CPU: median | min | max |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for name, runs in taken.items():
        walls, cpus = [run.wall for run in runs], [run.cpu for run in runs]
        figures = (figure(values) for values in (walls, cpus) for figure in (statistics.median, min, max))
        lines.append(f"| {name} | {len(runs)} | {' | '.join(f'{value:.2f}' for value in figures)} |")
    return "\n".join(lines)


def ratios(taken: dict[str, list[Took]]) -> Iterator[str]:
    """The ratios that were promised: the median of the rounds, since the two of a round had the same neighbours."""
    yield _ratio("one case to imports", taken["one case"], taken["imports"], PROMISE_ONE)
    if old := taken.get("all cases, old tree"):
        yield _ratio("all cases to those of the old tree", taken["all cases"], old, PROMISE_ALL)


def _ratio(what: str, some: Sequence[Took], others: Sequence[Took], promise: float) -> str:
    walls = [one.wall / other.wall for one, other in zip(some, others, strict=True)]
    cpus = [one.cpu / other.cpu for one, other in zip(some, others, strict=True)]
    of_minima = min(run.wall for run in some) / min(run.wall for run in others)
    kept = "kept" if statistics.median(walls) <= promise else "not kept"
    return (
        f"\n{what}: wall {statistics.median(walls):.2f} ({min(walls):.2f} to {max(walls):.2f}), of the minima "
        f"{of_minima:.2f}, CPU {statistics.median(cpus):.2f}; promised {promise:g}: {kept}"
    )


if __name__ == "__main__":
    sys.exit(main())
