"""`plugproof pki DIR`: test certificates for the security cases, and a README that says which file goes where."""

from __future__ import annotations

from pathlib import Path

import typer

from harness.exit_codes import ExitCode, of_os_error
from harness.pki import Pki, PkiProblem
from harness.pki.kit import DEFAULT_ORGANIZATION

DEFAULT_HOSTS = ("127.0.0.1", "localhost")


def run(folder: Path, *, hosts: tuple[str, ...] = (), organization: str | None = None) -> int:
    """Make the folder and print what to do next; returns the exit code."""
    organization = organization or DEFAULT_ORGANIZATION
    try:
        Pki.create(folder, hosts or DEFAULT_HOSTS, organization)
    except PkiProblem as problem:
        typer.echo(str(problem), err=True)
        cause = problem.__cause__
        return of_os_error(cause) if isinstance(cause, OSError) else ExitCode.USAGE
    typer.echo(
        f"{folder}: written; {folder / 'README.md'} says what the CSMS is given, the SUT file names it in [tls] pki"
    )
    return ExitCode.OK
