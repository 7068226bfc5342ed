"""The folder of a run: one for each, unless the user names it; nothing of two runs is ever side by side.

Without ``--out`` it is ``plugproof-out/<UTC date and time>-<short id>``, and ``plugproof-out/latest`` points to the
last one that has results. A folder that the user names is taken as it is; what an earlier run wrote there is replaced.
"""

import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from harness.artifacts import so_far, trace_so_far
from harness.artifacts.whole import PART

fcntl: Any = None
"""Not on Windows: there nobody can tell whether a run is alive, so that what it left stays."""
with suppress(ImportError):
    fcntl = import_module("fcntl")

BASE: Final = Path("plugproof-out")
LATEST: Final = "latest"
LOADED: Final = "loaded"
"""Below the folder of a run: the traces of its loaded part."""
LOAD_LOG: Final = "background.log"
"""What the process of the background stations has to say about itself; there from when they are switched on."""
KEPT: Final = 20
"""So many runs stay in ``plugproof-out``; the oldest go first."""
_RUNNING: Final = ".running"
_NAME: Final = re.compile(r"\d{8}T\d{6}Z-[0-9a-f]{4}")
_FILES: Final = (
    "results.json",
    "report.html",
    "junit.xml",
    "summary.md",
    "reference-csms.toml",
    "reference-csms.log",
    "reference-station.toml",
    *(f"reference-station-{number}.log" for number in range(1, 17)),
    so_far.FILE,
    LOAD_LOG,
    "background.json",
    "background.html",
    ".sut-is-away",
    ".sut-is-gone",
    ".sut-at-first",
    ".sut-outage",
    _RUNNING,
)
_CASE_FILES: Final = ("trace.jsonl", "sequence.svg", trace_so_far.FILE)


def new_folder(base: Path = BASE) -> Path:
    """Make a folder for a run in ``base``. Raises ``OSError``."""
    while True:
        folder = base / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
        with suppress(FileExistsError):
            folder.mkdir(parents=True)
            return folder


def replace_earlier(folder: Path, *, keep: Path | None = None) -> str | None:
    """Remove what an earlier run wrote into a folder that the user named, and nothing else; a sentence if there was.

    ``keep`` stays: the SUT file of this run may be what an earlier one wrote.
    """
    had_results = (folder / "results.json").exists()
    _remove_run(folder, keep)
    return f"{folder}: the results of an earlier run that were here are replaced" if had_results else None


def to_resume(base: Path = BASE) -> Path | None:
    """The folder of the newest run that has something to be resumed from."""
    folders = sorted((path for path in base.glob("*") if _NAME.fullmatch(path.name)), reverse=True)
    return next((folder for folder in folders if (folder / so_far.FILE).exists()), None)


def drop_if_empty(folder: Path) -> None:
    """Take back a folder in which nothing was written."""
    with suppress(OSError):
        folder.rmdir()


def point_to(folder: Path) -> None:
    """Let ``latest`` point to a run that has results, and remove the oldest ones. Raises ``OSError``."""
    base = folder.parent
    waiting = base / f".{LATEST}-{folder.name}"
    try:
        waiting.symlink_to(folder.name, target_is_directory=True)
    except (OSError, NotImplementedError):  # a file system or a system without links: the name as text
        waiting.write_text(f"{folder.name}\n", "utf-8")
    try:
        os.replace(waiting, base / LATEST)
    except OSError:
        waiting.unlink()
        raise
    earlier = sorted(path for path in base.iterdir() if _NAME.fullmatch(path.name) and path != folder)
    for old in earlier[: max(len(earlier) + 1 - KEPT, 0)]:
        if _is_running(old):
            continue
        _remove_run(old)
        drop_if_empty(old)


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """While the block lasts, other runs know that this one is alive. Raises ``OSError``."""
    file = folder / _RUNNING
    with file.open("w", encoding="utf-8") as running:
        if fcntl is not None:
            fcntl.flock(running, fcntl.LOCK_EX)
        try:
            yield
        finally:
            file.unlink(missing_ok=True)


def abandoned(folder: Path) -> Iterator[Path]:
    """The folders beside that of a run, of runs that are over, or were killed and may have left something behind."""
    if fcntl is None or not _NAME.fullmatch(folder.name):
        return
    for other in sorted(folder.parent.iterdir()):
        if other.name != folder.name and _NAME.fullmatch(other.name) and not _is_running(other):
            yield other


def _is_running(folder: Path) -> bool:
    try:
        with (folder / _RUNNING).open("r+", encoding="utf-8") as running:
            fcntl.flock(running, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # it ended as it should
        return False
    return False


def followed(path: Path) -> Path:
    """Where ``latest`` points to if it is the text that stands in for a link; any other path as it is."""
    if path.name != LATEST or not path.is_file():
        return path
    return path.with_name(path.read_text("utf-8").strip())


def _remove_run(folder: Path, keep: Path | None = None) -> None:
    kept = None if keep is None else keep.resolve()
    for place in (folder / LOADED, folder):
        for file in _written(place):
            if file.resolve() != kept:
                file.unlink(missing_ok=True)
        for case in (*_cases(place), place / "cases"):
            drop_if_empty(case)
    drop_if_empty(folder / LOADED)


def _written(place: Path) -> Iterator[Path]:
    for name in _FILES:
        yield from (place / name, place / f".{name}{PART}")
    for case in _cases(place):
        for name in _CASE_FILES:
            yield from (case / name, case / f".{name}{PART}")


def _cases(place: Path) -> list[Path]:
    return [path for path in (place / "cases").glob("*") if path.is_dir() and not path.is_symlink()]
