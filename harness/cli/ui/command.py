"""`plugproof ui`: its options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commandline import command as made
from commandline import examples, option

NAME = "plugproof ui"


@made(
    "ui",
    epilog=examples(
        ("The pages at an address that is printed", NAME),
        ("With your SUT file, opened in the browser", f"{NAME} --sut sut.toml --open"),
        ("For a phone at the bench, with a token in the address", f"{NAME} --host 0.0.0.0 --port 8090"),
    ),
)
def command(
    port: Annotated[int, option("PORT", "Port of the pages, 0 for a free one.", min=0, max=65535)] = 0,
    host: Annotated[
        str, option("ADDRESS", "Address the pages listen on; beyond this machine they ask for a token.")
    ] = "127.0.0.1",
    sut: Annotated[
        Path | None, option("FILE", "SUT file to begin with; the others of its folder can be opened as well.")
    ] = None,
    out: Annotated[Path | None, option("DIR", "Where the folders of the runs are, plugproof-out if not given.")] = None,
    opens: Annotated[bool, option(None, "Open the page in the browser.", "--open")] = False,
) -> int:
    """Test and play with stations in the browser.

    Exit codes: 0 it was ended, 2 a wrong argument.
    """
    from harness.artifacts.run_folder import BASE
    from harness.cli.ui.serving import Wish, run
    from harness.cli.usage import usage

    if sut is not None and not sut.is_file():
        usage(f"{NAME}: --sut {sut}: there is no such file; leave it out, and write one on the page")
    if out is not None and out.exists() and not out.is_dir():
        usage(f"{NAME}: --out {out} is no folder; choose another")
    return run(Wish(host=host, port=port, sut=sut, out=out or BASE, opens=opens))


def main() -> None:
    """For `python -m`."""
    raise typer.Exit(command())
