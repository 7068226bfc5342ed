"""`plugproof pki DIR`: test certificates for the security cases, and a README that says which file goes where."""

from __future__ import annotations

from pathlib import Path

import typer

from harness.pki import Pki, PkiProblem
from harness.pki.kit import DEFAULT_ORGANIZATION

USAGE = 2
DEFAULT_HOSTS = ("127.0.0.1", "localhost")


def run(folder: Path, *, hosts: tuple[str, ...] = (), organization: str | None = None) -> int:
    """Make the folder and print what to do next; returns the exit code."""
    organization = organization or DEFAULT_ORGANIZATION
    try:
        Pki.create(folder, hosts or DEFAULT_HOSTS, organization)
    except PkiProblem as problem:
        typer.echo(str(problem), err=True)
        return USAGE
    typer.echo(
        f"{folder}: written; {folder / 'README.md'} says what the CSMS is given, the SUT file names it in [tls] pki"
    )
    return 0
