"""What the commands that print a document have in common: its format, and where it goes."""

from __future__ import annotations

from pathlib import Path

import typer

from harness.cli.usage import usage
from harness.exit_codes import of_os_error
from reports.documents import BINARY, FORMATS


def format_of(format: str | None, out: Path | None, *others: str) -> str:
    """The wanted format, else the one that the name of ``out`` ends with, else Markdown; ``others`` are also taken.

    Ends with exit code 2 and a sentence for a format that does not exist, for a name that says another format than the
    option or none that is known, and for a format that no terminal can show.
    """
    suffix = out.suffix.removeprefix(".").lower() if out else ""
    known = (*FORMATS, *others)
    if format is not None and format not in known:
        usage(f"--format is {', '.join(known[:-1])} or {known[-1]}, not {format}")
    if format is None and suffix and suffix not in FORMATS:
        endings = ", ".join(f".{name}" for name in FORMATS)
        usage(f"--out {out}: .{suffix} is no format of this command; end the name with one of {endings}")
    chosen = format or suffix or "md"
    if suffix in FORMATS and suffix != chosen.rpartition(".")[2]:
        usage(f"--out {out} ends with another format than --format {chosen}; leave out --format or change the name")
    if chosen in BINARY and out is None:
        usage(f"--format {chosen} is nothing for a terminal; add --out FILE")
    return chosen


def deliver(content: bytes, out: Path | None) -> None:
    """Write into the file ``out``, or to standard output. Ends with a sentence where it cannot.

    The exit code then is 2, or 3 when it is the disk that refuses.
    """
    if out is None:
        typer.echo(content, nl=False)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        typer.echo(f"{out}: cannot be written, {error.strerror}; choose another --out", err=True)
        raise typer.Exit(of_os_error(error)) from None
    typer.echo(f"{out}: written")
