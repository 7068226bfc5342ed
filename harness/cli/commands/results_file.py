"""A results.json that a user named: read and checked, or one sentence about what is wrong with it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from harness.artifacts.run_folder import LATEST, followed
from harness.cli.usage import usage
from reports.results.validation import validate


def results_in(path: Path) -> Path:
    """The results.json that is meant: the file itself, or that in the output folder of a run."""
    path = followed(path)
    # Without a run there is no `latest` either; it is a folder all the same.
    return path / "results.json" if path.is_dir() or path.name == LATEST else path


def read_results(path: Path) -> Mapping[str, Any]:
    """The results in a file, or in the output folder of a run. Ends with exit code 2 when they cannot be used."""
    return checked(path, read_document(path), validate)


def read_document(path: Path) -> Any:
    """The JSON in a file, or in the output folder of a run. Ends with exit code 2 when there is none."""
    file = results_in(path)
    try:
        return msgspec.json.decode(file.read_bytes())
    except FileNotFoundError:
        usage(f"{file}: there is no such file; `plugproof precheck --out DIR` writes one into DIR")
    except OSError as error:
        usage(f"{file}: cannot be read, {error.strerror}; name the results.json of a run")
    except (msgspec.DecodeError, UnicodeDecodeError):
        usage(f"{file}: is no JSON; name the results.json of a run")
    except RecursionError:
        usage(f"{file}: is nested too deeply to be results; name the results.json of a run")


def checked(path: Path, document: Any, problems_of: Callable[[Any], list[str]]) -> Mapping[str, Any]:
    """The document that ``path`` has led to, when nothing is wrong with it; else the end, with exit code 2."""
    file, problems = results_in(path), problems_of(document)
    if problems:
        more = f" ({len(problems) - 1} more problems)" if len(problems) > 1 else ""
        usage(f"{file}: is no results file of this version: {problems[0].removesuffix('.')}{more}")
    results: Mapping[str, Any] = document
    return results
