"""The subcommands and their options; what they do is in modules of their own."""

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperCommand

USAGE = 2

app = typer.Typer(
    name="plugproof",
    help="Conformance harness for OCPP 1.6J: a CSMS or a charge point under test, from the same cases.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """The entry point."""
    try:
        app()
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def usage(*sentences: str) -> NoReturn:
    """End with what is wrong in the user's input, and exit code 2."""
    for sentence in sentences:
        typer.echo(sentence, err=True)
    raise typer.Exit(USAGE)


@app.command()
def precheck(
    csms: Annotated[str | None, typer.Option(metavar="URL", help="Address of a CSMS under test.")] = None,
    sut: Annotated[Path | None, typer.Option(metavar="FILE", help="SUT file of the system under test.")] = None,
    tag: Annotated[str | None, typer.Option(metavar="TAG", help="With --csms: an idTag that it accepts.")] = None,
    role: Annotated[str, typer.Option(help="What is tested without a SUT file: csms or charge_point.")] = "csms",
    case: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this case (repeatable).")] = None,
    profile: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this profile (repeatable).")] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Where reports and traces go.")] = Path("plugproof-out"),
    workers: Annotated[int | None, typer.Option("-n", "--workers", min=1, help="Stations at work at once.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A broken SHOULD fails the case.")] = False,
    fault: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Break the embedded reference CSMS (repeatable).")
    ] = None,
    background: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=1,
            max=5_000,
            help="Run everything a second time while N simulated stations keep the CSMS busy.",
        ),
    ] = None,
    allure: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Add the results for Allure to this folder.")
    ] = None,
) -> None:
    """Run the conformance cases; without --csms and --sut against the embedded reference CSMS."""
    from harness.cli.precheck import Choice, run

    chosen = Choice(
        csms=csms,
        tag=tag,
        sut=sut,
        role=role,
        cases=tuple(case or ()),
        profiles=tuple(profile or ()),
        out=out,
        workers=workers,
        strict=strict,
        faults=tuple(fault or ()),
        background=background,
        allure=allure,
    )
    raise typer.Exit(run(chosen))


@app.command("list")
def list_cases(
    format: Annotated[str, typer.Option(help="text or json.")] = "text",
    profile: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Only this profile (repeatable).")] = None,
) -> None:
    """List the cases and the rules they judge."""
    from harness.cli.list import as_json, as_text, select

    cases = select(tuple(profile or ()))
    if format == "json":
        typer.echo(json.dumps(as_json(cases), indent=1, ensure_ascii=False))
    elif format == "text":
        typer.echo(as_text(cases), nl=False)
    else:
        usage(f"--format is text or json, not {format}")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="The SUT file.")] = Path("sut.toml"),
    probe: Annotated[bool, typer.Option("--probe", help="Then connect once, with the stations and tags made.")] = False,
) -> None:
    """Check a SUT file, offline unless --probe is given."""
    from harness.cli.check import run
    from harness.registry import all_cases

    raise typer.Exit(run(file, all_cases(), probe=probe))


@app.command()
def init(
    file: Annotated[Path, typer.Argument(help="The SUT file to write.")] = Path("sut.toml"),
    role: Annotated[str, typer.Option(help="What is tested: csms or charge_point.")] = "csms",
    url: Annotated[str | None, typer.Option(help="Endpoint of the CSMS, without an identity.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
) -> None:
    """Write a commented SUT file to start from."""
    from harness.cli.init import run

    raise typer.Exit(run(file, role=role, url=url, force=force))


@app.command()
def pki(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")] = Path("pki"),
    host: Annotated[
        list[str] | None, typer.Option(metavar="HOST", help="Host of the server certificates (repeatable).")
    ] = None,
    organization: Annotated[
        str | None, typer.Option(metavar="NAME", help="Organization that the certificates name, as CpoName says.")
    ] = None,
) -> None:
    """Make test certificates for the security cases: roots, client and server certificates, signed firmware."""
    from harness.cli.pki import run

    raise typer.Exit(run(folder, hosts=tuple(host or ()), organization=organization))


@app.command()
def report(
    results: Annotated[Path, typer.Argument(help="The results.json of a run, or its folder.")] = Path(
        "plugproof-out/results.json"
    ),
    layout: Annotated[str, typer.Option(help="2023 or 2024.")] = "2024",
    format: Annotated[
        str | None,
        typer.Option(help="html, md, pdf or json; without it as the name of --out ends, else md. Or report.html."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where it goes; without it to the terminal.")] = None,
    lab: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="TOML with [laboratory] and [vendor], over those of the SUT file."),
    ] = None,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="Also print what was not claimed.")] = False,
) -> None:
    """Print the abstract of a test report in the layout of a laboratory; it is no certificate."""
    from harness.cli.report_cmd import Wish, run

    raise typer.Exit(run(Wish(results, layout, format, out, lab, all_rows)))


@app.command()
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="results.json, or the folder of a run.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The same of the later run.")],
    format: Annotated[str, typer.Option(help="text, md (for a merge request) or json.")] = "text",
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            help="Exit code 1 also on latency, unjudged, applicability, removed or warning (repeatable).",
        ),
    ] = None,
    min_change: Annotated[
        float, typer.Option(min=0, help="Percent that a median must move to be called slower or faster.")
    ] = 20,
) -> None:
    """Compare two runs: what newly fails or passes, and which answers take longer. Exit code 1 on a new failure."""
    from harness.cli.diff import Wish, run

    raise typer.Exit(run(Wish(old, new, format, tuple(fail_on or ()), min_change)))


@app.command()
def pics(
    file: Annotated[Path, typer.Argument(help="The SUT file.")] = Path("sut.toml"),
    format: Annotated[
        str | None,
        typer.Option(help="html, md, pdf or json; without it as the name of --out ends, else md."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="Where it goes; without it to the terminal.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Exit code 1 while a question is not answered.")] = False,
) -> None:
    """Print the claims of a SUT file as a form (PICS) to hand to a laboratory; it is no form of the OCA."""
    from harness.cli.pics import run

    raise typer.Exit(run(file, format=format, out=out, complete=complete))


_FORWARD = {"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []}


@app.command(context_settings=_FORWARD)
def csms(context: typer.Context) -> None:
    """Run the reference CSMS (plugproof csms --help)."""
    from csms_core.cli import main as run

    raise typer.Exit(run(context.args))


class _Untouched(TyperCommand):
    """Forwards all arguments as they are, also a `--` between them, which a parser would take for its own."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        ctx.args = list(args)
        return []


@app.command(cls=_Untouched, context_settings=_FORWARD)
def station(context: typer.Context) -> None:
    """Run a simulated charge point (plugproof station --help)."""
    from simulator.cli import main as run

    raise typer.Exit(run(context.args))


@app.command(context_settings=_FORWARD)
def fleet(context: typer.Context) -> None:
    """Run many simulated charge points (plugproof fleet --help)."""
    from simulator.fleet.cli import main as run

    raise typer.Exit(run(context.args))


@app.command(context_settings=_FORWARD)
def load(context: typer.Context) -> None:
    """Run the fleet under locust, on one machine or many (plugproof load --help)."""
    from simulator.load_cli import main as run

    raise typer.Exit(run(context.args))
