"""Wall and CPU time of ``plugproof precheck`` as a user calls it, N times in a row, and whether the verdicts stay.

``python -m benchmarks.precheck [--role ROLE] [--runs N] [--workers N] [--profile NAME] [--busy N]`` prints a table.
Every run has a fresh folder and starts from nothing: interpreter, reference CSMS or stations, workers, cases, reports.
Anything but exit code 0 and PASS for every case that applies is a flake: it is explained, its folder is kept, and the
exit code is 1. One more run goes before them, so that byte code is there, as it is for whoever installed plugproof; it
is not measured.
"""

import argparse
import contextlib
import json
import os
import platform
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from reports.evidence.explanation import render

PROMISE_SECONDS: Final = {"csms": 15.0, "charge-point": 40.0}
"""A pre-check of all cases of a role, against what comes along, is to take no longer, on two cores."""

RUN_SECONDS: Final = 120.0
"""After this a run counts as hanging."""

PLUGPROOF: Final = str(Path(sys.executable).with_name("plugproof"))


class Run(NamedTuple):
    """One pre-check: seconds, exit code (``None``: it hung) and the verdict of every case."""

    wall: float
    cpu: float
    code: int | None
    verdicts: dict[str, str]
    folder: Path

    def flake(self, expected: set[str]) -> str | None:
        """What is wrong with this run, in a few words; ``None`` when it is as it should be."""
        if self.code is None:
            return f"it did not end within {RUN_SECONDS:g} s"
        if missing := expected - self.verdicts.keys():
            return f"exit code {self.code}, no verdict for {len(missing)} of {len(expected)} cases"
        fine = ("PASS", "NOT_APPLICABLE")  # what does not apply is no flake: the claims say so, and never change
        others = [f"{id} {verdict}" for id, verdict in sorted(self.verdicts.items()) if verdict not in fine]
        if others or self.code:
            return f"exit code {self.code}, {', '.join(others) or 'though every case passed'}"
        return None


def main() -> int:
    """Measure and print; gives the exit code."""
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--runs", type=_positive, default=20, help="pre-checks in a row (default 20)")
    options.add_argument("--role", choices=[*PROMISE_SECONDS], default="csms", help="what is tested (default csms)")
    options.add_argument("--workers", type=_positive, help="what -n is given (default: nothing, plugproof chooses)")
    options.add_argument(
        "--profile", action="append", default=[], metavar="NAME", help="only this profile (repeatable)"
    )
    options.add_argument("--busy", type=int, default=0, metavar="N", help="busy loops beside it (default 0)")
    chosen = options.parse_args()

    profiles = [part for name in chosen.profile for part in ("--profile", name)]
    workers = ["--role", chosen.role, *([] if chosen.workers is None else ["-n", str(chosen.workers)])]
    expected = _cases(chosen.role, profiles)
    base = Path(tempfile.mkdtemp(prefix="plugproof-bench-"))
    runs: list[Run] = []
    flakes = 0
    with _busy(chosen.busy, chosen.runs * RUN_SECONDS):
        for number in range(chosen.runs + 1):
            run = _run(base / f"run-{number:03d}", [*workers, *profiles])
            if number:
                runs.append(run)
            flake = run.flake(expected)
            print(
                f"run {number}: {run.wall:.2f} s wall, {run.cpu:.2f} s CPU{'' if flake is None else ', ' + flake}",
                flush=True,
            )
            if flake is None:
                shutil.rmtree(run.folder)
            else:
                flakes += 1
                _explain(run)
    print(table(runs, workers, chosen.busy, len(expected)))
    promised = PROMISE_SECONDS[chosen.role]
    kept = max(run.wall for run in runs) <= promised
    print(f"\nslowest run within {promised:g} s: {'yes' if kept else 'no'}")
    print(f"flakes: {flakes} of {len(runs) + 1}")
    with contextlib.suppress(OSError):  # the folders of flakes stay
        base.rmdir()
    return 1 if flakes else 0


def table(runs: Sequence[Run], workers: Sequence[str], busy: int, cases: int) -> str:
    """The figures as Markdown."""
    command = " ".join(("plugproof precheck", *workers))
    lines = [
        f"\n{command}, {cases} cases, {len(runs)} runs, {busy} busy loops beside it; "
        f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.machine()}\n",
        "| seconds | median | min | max |",
        "|---|---:|---:|---:|",
    ]
    for name, values in (("wall", [run.wall for run in runs]), ("CPU", [run.cpu for run in runs])):
        lines.append(f"| {name} | {statistics.median(values):.2f} | {min(values):.2f} | {max(values):.2f} |")
    return "\n".join(lines)


def _run(folder: Path, arguments: Sequence[str]) -> Run:
    folder.mkdir()
    out = folder / "plugproof-out"
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    started = time.monotonic()
    with (folder / "printed.txt").open("wb") as printed:
        process = subprocess.Popen(
            [PLUGPROOF, "precheck", "--out", str(out), *arguments],
            stdout=printed,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=env,
        )
        try:
            code: int | None = process.wait(RUN_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
            process.terminate()
            process.wait()
    wall = time.monotonic() - started
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(wall, cpu, code, {case["id"]: case["verdict"] for case in _records(out)}, folder)


def _records(out: Path) -> list[dict[str, Any]]:
    try:
        records: list[dict[str, Any]] = json.loads((out / "results.json").read_text("utf-8"))["cases"]
    except FileNotFoundError:
        return []
    return records


def _explain(run: Run) -> None:
    failed = [case for case in _records(run.folder / "plugproof-out") if case["verdict"] != "PASS"]
    for case in failed:
        print(render(case))
    if not failed:
        print((run.folder / "printed.txt").read_text("utf-8", "replace"))
    print(f"kept: {run.folder}", flush=True)


def _cases(role: str, profiles: Sequence[str]) -> set[str]:
    """The cases for a role, as ``plugproof list`` names them."""
    command = [PLUGPROOF, "list", "--format", "json", "--role", role, *profiles]
    listed = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return {case["id"] for case in listed}


@contextlib.contextmanager
def _busy(count: int, seconds: float) -> Iterator[None]:
    """Loops that take a core each; they end with the block, and by themselves if this process is killed."""
    loop = f"import time\nend = time.monotonic() + {seconds}\nwhile time.monotonic() < end: pass"
    processes = [subprocess.Popen([sys.executable, "-c", loop]) for _ in range(count)]
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is less than 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
