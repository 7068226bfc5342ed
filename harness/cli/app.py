"""The subcommands and their options; what they do is in modules of their own."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, ClassVar

import typer

from commandline import Command, Elsewhere, Group, examples, filled, run
from harness.cli import completion
from harness.cli.usage import usage
from harness.exit_codes import ExitCode, of_os_error

EXIT_CODES = """

Exit codes: 0 nothing failed, 1 a case or a limit failed, 2 wrong arguments,
3 errors, or nothing conclusive, 5 nothing ran, 130 interrupted; see
docs/exit-codes.md."""
ROLES = completion.words("csms", "charge-point")
ROLE_NAMES = "csms|charge-point"


def _role(given: str) -> str:
    """The role as a SUT file writes it."""
    return given.replace("-", "_")


Ocpp = Annotated[
    str | None,
    typer.Option(
        "--ocpp",
        callback=filled,
        metavar="VERSION",
        autocompletion=completion.versions,
        help="Version of OCPP, 1.6 if not given.",
    ),
]
WHAT = completion.words("inconclusive", "not-run", "finding")
_STATIONS_TLS = "TLS for the stations"
_TOWARDS = "Towards the CSMS"
_JUDGING = "Judging"
_FAULTS = "Faults"


class _Commands(Group):
    elsewhere: ClassVar[Mapping[str, Elsewhere]] = {
        "csms": Elsewhere("csms_core.cli.main:command", "Run the reference CSMS."),
        "station": Elsewhere("simulator.cli.main:command", "Run a simulated charge point."),
        "fleet": Elsewhere("simulator.fleet.cli.main:command", "Run many simulated charge points."),
        "ui": Elsewhere("harness.cli.ui.command:command", "Test and play with stations in the browser."),
        "load": Elsewhere("simulator.fleet.locust.main:command", "Run the fleet under locust, on one machine or many."),
    }


app = typer.Typer(name="plugproof", cls=_Commands, pretty_exceptions_enable=False, rich_markup_mode=None)


def main() -> None:
    """The entry point."""
    try:
        code = run(app, name="plugproof")
        sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        _silence()
        code = ExitCode.FAILED
    except OSError as error:
        if of_os_error(error) is ExitCode.USAGE:
            raise
        _silence()
        print(f"standard output cannot be written ({error.strerror}); make room", file=sys.stderr)
        code = ExitCode.ERRORS
    sys.exit(code)


def _silence() -> None:
    """So that Python does not try again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"plugproof {version('plugproof')}")
        raise typer.Exit


@app.callback(
    epilog=examples(
        ("Run all cases against the reference CSMS that comes with it", "plugproof precheck"),
        (
            "Write a SUT file for your CSMS, check it, and run the cases",
            "plugproof init --url ws://localhost:8180/ocpp",
        ),
        ("", "plugproof check --probe"),
        ("", "plugproof precheck --sut sut.toml"),
        ("A station to plug in and charge by hand", "plugproof station ws://localhost:9000/ocpp --id CP-1"),
    )
    + EXIT_CODES
)
def _plugproof(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Conformance harness for OCPP 1.6J and 2.0.1: a CSMS or a charge point under test."""


@app.command(
    cls=Command,
    epilog=examples(
        ("All cases against the reference CSMS that comes with plugproof", "plugproof precheck"),
        (
            "A CSMS by its address, with an idTag that it accepts",
            "plugproof precheck --csms ws://localhost:8180/ocpp --tag TAG-1",
        ),
        ("All cases of a SUT file, with four stations at the same time", "plugproof precheck --sut sut.toml -n 4"),
        ("One case, or all of a profile", "plugproof precheck --sut sut.toml --case TC_010_CSMS"),
        ("", "plugproof precheck --sut sut.toml --profile smart_charging"),
        ("Once quietly, and once in the middle of a load profile", "plugproof precheck --background office-day"),
        ("The cases of OCPP 2.0.1, against the reference CSMS", "plugproof precheck --ocpp 2.0.1"),
        (
            "See a case fail: the reference CSMS has a deliberate defect",
            "plugproof precheck --case TC_001_CSMS --fault boot-rejected",
        ),
        ("Test the simulated station, to see how a run goes", "plugproof precheck --role charge-point"),
    ),
)
def precheck(
    csms: Annotated[
        str | None, typer.Option(callback=filled, metavar="URL", help="Address of a CSMS under test.")
    ] = None,
    sut: Annotated[Path | None, typer.Option(metavar="FILE", help="SUT file of the system under test.")] = None,
    tag: Annotated[
        str | None, typer.Option(callback=filled, metavar="TAG", help="With --csms: an idTag that it accepts.")
    ] = None,
    role: Annotated[
        str,
        typer.Option(metavar=ROLE_NAMES, autocompletion=ROLES, help="What to test without a SUT file."),
    ] = "csms",
    case: Annotated[
        list[str] | None,
        typer.Option(
            callback=filled, metavar="ID", autocompletion=completion.cases, help="Only this case (repeatable)."
        ),
    ] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option(
            callback=filled, metavar="NAME", autocompletion=completion.profiles, help="Only this profile (repeatable)."
        ),
    ] = None,
    skip: Annotated[
        list[str] | None,
        typer.Option(
            callback=filled,
            metavar="ID=REASON",
            autocompletion=completion.cases,
            help="Leave this case out of the run, and say why (repeatable).",
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where reports and traces go; without it a new folder in plugproof-out."),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option("-n", "--workers", metavar="N", min=1, help="Stations that run cases at the same time."),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A broken SHOULD fails the case.")] = False,
    like_the_official_tool: Annotated[
        bool,
        typer.Option("--like-the-official-tool", help="Also show what the official tool demands; no verdict changes."),
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            callback=filled,
            metavar="NAME",
            autocompletion=completion.faults,
            help="Break the embedded reference CSMS (repeatable).",
        ),
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            autocompletion=WHAT,
            help="Exit code 1 also on inconclusive, not-run or finding (repeatable).",
        ),
    ] = None,
    wait: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="How long the CSMS may take until it answers, such as 60s. Without it the run begins at once.",
        ),
    ] = None,
    background: Annotated[
        str | None,
        typer.Option(
            callback=filled,
            metavar="N|NAME|FILE",
            autocompletion=completion.loads,
            help="Run everything a second time while N simulated stations keep the CSMS busy, or those of a load "
            "profile (see plugproof fleet --profile).",
        ),
    ] = None,
    allure: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Add the results for Allure to this folder.")
    ] = None,
    ocpp: Ocpp = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on with the run of --out, or the last one: its verdicts are kept.")
    ] = False,
) -> None:
    """Run the conformance cases; without --csms and --sut against the embedded reference CSMS."""
    from harness.plugin.trouble.interruption import INTERRUPTION

    with INTERRUPTION.watched():
        from harness.cli.precheck.run import Choice, run

        chosen = Choice(
            csms=csms,
            tag=tag,
            sut=sut,
            role=_role(role),
            resume=resume,
            cases=tuple(case or ()),
            profiles=tuple(profile or ()),
            out=out,
            workers=workers,
            strict=strict,
            insists=like_the_official_tool,
            faults=tuple(fault or ()),
            fail_on=tuple(fail_on or ()),
            wait=wait,
            background=background,
            allure=allure,
            skips=tuple(skip or ()),
            ocpp=ocpp,
        )
        code = run(chosen)
    raise typer.Exit(code)


@app.command(
    "list",
    cls=Command,
    epilog=examples(
        ("All cases by profile", "plugproof list"),
        ("The cases of a profile, for machines", "plugproof list --profile reservation --format json"),
        ("Those of OCPP 2.0.1", "plugproof list --ocpp 2.0.1"),
        ("The rules that every frame is judged by", "plugproof list --rules --chapter RPC"),
    ),
)
def list_cases(
    format: Annotated[
        str,
        typer.Option(
            metavar="text|json", autocompletion=completion.words("text", "json"), help="For people or for machines."
        ),
    ] = "text",
    profile: Annotated[
        list[str] | None,
        typer.Option(
            callback=filled, metavar="NAME", autocompletion=completion.profiles, help="Only this profile (repeatable)."
        ),
    ] = None,
    role: Annotated[
        str | None,
        typer.Option(metavar=ROLE_NAMES, autocompletion=ROLES, help="Only the cases for this."),
    ] = None,
    ocpp: Ocpp = None,
    rules: Annotated[
        bool, typer.Option("--rules", help="The rules of messages and connections, and how they are judged.")
    ] = False,
    chapter: Annotated[
        str | None,
        typer.Option(
            callback=filled, metavar="NAME", autocompletion=completion.chapters, help="With --rules: only this chapter."
        ),
    ] = None,
) -> None:
    """List the cases and the rules they judge."""
    from harness.case.profiles import UnknownProfile
    from harness.case.registry import missing
    from harness.cli.commands.list import as_json, as_text, select
    from harness.edition import VERSIONS, edition
    from harness.sut.model import PARTIES
    from harness.sut.reading import DEFAULT_VERSION

    version = ocpp or DEFAULT_VERSION
    if version not in VERSIONS:
        usage(f"--ocpp is {' or '.join(VERSIONS)}, not {version}")
    if format not in ("text", "json"):
        usage(f"--format is text or json, not {format}")
    if rules:
        if role or profile:
            usage("--rules lists rules and not cases: leave out --role and --profile")
        _list_rules(version, chapter, format)
        return
    if chapter:
        usage("--chapter goes with --rules")
    role = None if role is None else _role(role)
    if role is not None and role not in PARTIES:
        usage(f"--role is csms or charge-point, not {role}")
    nothing = None if role is None else missing(role, version)
    if nothing is not None:
        typer.echo(nothing, err=True)
        raise typer.Exit(ExitCode.NOTHING_RAN)
    try:
        cases = select(edition(version).profiles.checked(profile or (), "--profile"), version, role)
    except UnknownProfile as error:
        usage(str(error))
    if format == "json":
        typer.echo(json.dumps(as_json(cases), indent=1, ensure_ascii=False))
    else:
        known = edition(version).profiles
        typer.echo(as_text(cases, {name: known.titles[name] for name in known.optional}), nl=False)


def _list_rules(version: str, chapter: str | None, format: str) -> None:
    from harness.cli.commands.rules import UnknownChapter, as_json, as_text, rules_of

    try:
        found = rules_of(version, chapter)
    except UnknownChapter as error:
        usage(str(error))
    if format == "json":
        typer.echo(json.dumps(as_json(found), indent=1, ensure_ascii=False))
    else:
        typer.echo(as_text(found), nl=False)


@app.command(
    cls=Command,
    epilog=examples(
        ("Is the file right? This connects to nothing", "plugproof check sut.toml"),
        ("See every request that it makes", "plugproof check sut.toml --show-requests"),
        ("Then connect once", "plugproof check sut.toml --probe"),
    ),
)
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE...", help="The SUT file, or several; sut.toml if none is named."),
    ] = None,
    show_requests: Annotated[
        bool, typer.Option("--show-requests", help="Print what operator and fixtures would send, secrets masked.")
    ] = False,
    probe: Annotated[
        bool,
        typer.Option("--probe", help="Also connect a station once, and try operations that only read."),
    ] = False,
) -> None:
    """Check a SUT file, offline unless --probe is given."""
    from harness.case.registry import all_cases
    from harness.cli.commands.check import run

    cases = list(all_cases())
    codes = [run(file, cases, probe=probe, show_requests=show_requests) for file in files or [Path("sut.toml")]]
    raise typer.Exit(max(codes))


@app.command(
    cls=Command,
    epilog=examples(
        ("Write sut.toml for a CSMS at this address", "plugproof init --url ws://localhost:8180/ocpp"),
        (
            "Another name; overwrite an existing file",
            "plugproof init lab.toml --url wss://csms.example/ocpp --force",
        ),
    ),
)
def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The SUT file to write.")] = Path("sut.toml"),
    role: Annotated[
        str,
        typer.Option(metavar=ROLE_NAMES, autocompletion=ROLES, help="What is tested."),
    ] = "csms",
    url: Annotated[
        str | None, typer.Option(callback=filled, metavar="URL", help="Endpoint of the CSMS, without an identity.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite the file if it exists.")] = False,
) -> None:
    """Write a commented SUT file to start from."""
    from harness.cli.commands.init import run

    raise typer.Exit(run(file, role=_role(role), url=url, force=force))


@app.command(
    cls=Command,
    epilog=examples(
        ("Certificates for a CSMS on this machine, in the folder pki", "plugproof pki"),
        (
            "For a CSMS that stations reach by a name and by an address",
            "plugproof pki keys --host csms.example --host 192.0.2.7",
        ),
    ),
)
def pki(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder to make.")] = Path("pki"),
    host: Annotated[
        list[str] | None,
        typer.Option(callback=filled, metavar="HOST", help="Host of the server certificates (repeatable)."),
    ] = None,
    organization: Annotated[
        str | None,
        typer.Option(callback=filled, metavar="NAME", help="Organization that the certificates name, as CpoName says."),
    ] = None,
) -> None:
    """Make test certificates for the security cases: roots, client and server certificates, signed firmware."""
    from harness.cli.commands.pki import run

    raise typer.Exit(run(folder, hosts=tuple(host or ()), organization=organization))


@app.command(
    cls=Command,
    epilog=examples(
        ("The abstract of the last run, as Markdown in the terminal", "plugproof report"),
        (
            "As PDF, in the layout of 2023, with the names of your laboratory",
            "plugproof report --layout 2023 --lab lab.toml --out abstract.pdf",
        ),
        (
            "The page of a run, made again",
            "plugproof report plugproof-out/latest --format report.html --out report.html",
        ),
    ),
)
def report(
    results: Annotated[Path, typer.Argument(metavar="RUN", help="The results.json of a run, or its folder.")] = Path(
        "plugproof-out/latest"
    ),
    layout: Annotated[
        str,
        typer.Option(metavar="2023|2024", autocompletion=completion.words("2023", "2024"), help="Year of the layout."),
    ] = "2024",
    format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            autocompletion=completion.words("html", "md", "pdf", "json", "report.html"),
            help="html, md, pdf or json; without it as the name of --out ends, else md. Or report.html.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write; without it the terminal.")] = None,
    lab: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="TOML with [laboratory] and [vendor], over those of the SUT file."),
    ] = None,
    all_rows: Annotated[bool, typer.Option("--all-rows", help="Also print what was not claimed.")] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="Print the abstract of a run that did not run all cases, marked as such.")
    ] = False,
) -> None:
    """Print the abstract of a test report in the layout of a laboratory; it is no certificate."""
    from harness.cli.commands.report import Wish, run

    raise typer.Exit(run(Wish(results, layout, format, out, lab, all_rows, partial)))


@app.command(
    cls=Command,
    epilog=examples(
        ("What newly fails since yesterday", "plugproof diff yesterday.json plugproof-out/latest"),
        (
            "As a comment for a merge request; slower answers make it red",
            "plugproof diff main.json branch.json --format md --fail-on latency",
        ),
    ),
)
def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="results.json, the folder of a run, or a fleet.json.")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The same of the later run.")],
    format: Annotated[
        str,
        typer.Option(
            metavar="text|md|json",
            autocompletion=completion.words("text", "md", "json"),
            help="For people, for a merge request or for machines.",
        ),
    ] = "text",
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            autocompletion=completion.words("latency", "unjudged", "applicability", "removed", "warning"),
            help="Exit code 1 also on latency, unjudged, applicability, removed or warning (repeatable).",
        ),
    ] = None,
    min_change: Annotated[
        float,
        typer.Option(metavar="PERCENT", min=0, help="Percent that a median must move to be called slower or faster."),
    ] = 20,
) -> None:
    """Compare two runs: what newly fails or passes, and which answers take longer. Exit code 1 on a new failure."""
    from harness.cli.commands.diff import Wish, run

    raise typer.Exit(run(Wish(old, new, format, tuple(fail_on or ()), min_change)))


@app.command(
    cls=Command,
    epilog=examples(
        ("The form as Markdown in the terminal", "plugproof pics sut.toml"),
        ("As PDF for the laboratory", "plugproof pics sut.toml --out pics.pdf"),
        ("Exit code 1 while a question is open, for CI", "plugproof pics sut.toml --complete --out pics.md"),
    ),
)
def pics(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The SUT file.")] = Path("sut.toml"),
    format: Annotated[
        str | None,
        typer.Option(
            metavar="FORMAT",
            autocompletion=completion.words("html", "md", "pdf", "json"),
            help="html, md, pdf or json; without it as the name of --out ends, else md.",
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write; without it the terminal.")] = None,
    complete: Annotated[bool, typer.Option("--complete", help="Exit code 1 while a question is not answered.")] = False,
) -> None:
    """Print the claims of a SUT file as a form (PICS) to hand to a laboratory; it is no form of the OCA."""
    from harness.cli.commands.pics import run

    raise typer.Exit(run(file, format=format, out=out, complete=complete))


@app.command(
    cls=Command,
    epilog=examples(
        ("What a log breaks; its format is recognised", "plugproof analyze steve.log"),
        ("A page, JSON and JUnit; exit code 1 on a broken MUST", "plugproof analyze *.log.gz --out out --fail-on MUST"),
        ("The traces of a run", "plugproof analyze plugproof-out/latest"),
        ("Packets of plain ws://", "plugproof analyze capture.pcap"),
        (
            "JSON Lines with members of other names",
            "plugproof analyze app.jsonl --key message=ocpp.raw --key station=cp",
        ),
        ("A copy without identities, to attach to a bug report", "plugproof analyze steve.log --mask shared.jsonl"),
    ),
)
def analyze(
    logs: Annotated[
        list[str],
        typer.Argument(
            metavar="LOG", help="Logs, the oldest first; - is standard input, the folder of a run its traces."
        ),
    ],
    format: Annotated[
        str,
        typer.Option(
            metavar="FORMAT",
            autocompletion=completion.log_formats,
            help="What the logs are; auto recognises each by its beginning.",
        ),
    ] = "auto",
    ocpp: Annotated[
        str | None,
        typer.Option(
            "--ocpp",
            callback=filled,
            metavar="VERSION",
            autocompletion=completion.versions,
            help="Version of OCPP; without it that of each station.",
        ),
    ] = None,
    errata: Annotated[
        str | None,
        typer.Option(callback=filled, metavar="LEVEL", help="Errata of OCPP 1.6: 2019 or 2025-04, the default."),
    ] = None,
    key: Annotated[
        list[str] | None,
        typer.Option(
            callback=filled,
            metavar="NAME=MEMBER",
            help="Name of the member or column with the station, direction, message or time (repeatable).",
        ),
    ] = None,
    zone: Annotated[
        str | None,
        typer.Option(callback=filled, metavar="+HH:MM", help="Time zone of times without one."),
    ] = None,
    answer_within: Annotated[
        float, typer.Option(metavar="SECONDS", min=1, help="After this a CALL counts as not answered.")
    ] = 60,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write analysis.html, analysis.json, junit.xml and transactions.jsonl there."),
    ] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WHAT",
            autocompletion=completion.words("MUST", "SHOULD", "INFO", "unread", "transaction"),
            help="Exit code 1 on findings of MUST, of SHOULD or worse, of any level; on lines that could not be read "
            "(unread), on a remark on a transaction (repeatable).",
        ),
    ] = None,
    mask: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write a copy as JSON Lines in which pseudonyms stand for all identities."),
    ] = None,
) -> None:
    """Judge recorded traffic: rules, transactions and response times in production logs of many formats."""
    from harness.cli.commands.analyze import Wish, run

    wish = Wish(
        logs=tuple(logs),
        format=format,
        ocpp=ocpp,
        errata=errata,
        keys=tuple(key or ()),
        zone=zone,
        answer_within=answer_within,
        out=out,
        fail_on=tuple(fail_on or ()),
        mask=mask,
    )
    raise typer.Exit(run(wish))


@app.command(
    cls=Command,
    epilog=examples(
        ("Between a charger and its back office", "plugproof proxy --listen 9100 --to wss://csms.example/ocpp"),
        (
            "With a page, and the metrics, at http://127.0.0.1:9101",
            "plugproof proxy --to ws://localhost:9000/ocpp --http 9101",
        ),
        (
            "Within TLS on both sides, with credentials of its own",
            "plugproof proxy --to wss://csms.example/ocpp --cert server.pem --key server.key --ca root.pem "
            "--user CP-1 --password-env CP_1_PASSWORD",
        ),
        ("For CI: exit code 1 when a MUST was broken", "plugproof proxy --to ws://localhost:9000/ocpp --fail-on MUST"),
        ("Break one rule on purpose, in a tenth of the answers", "plugproof proxy --list-faults"),
        ("", "plugproof proxy --to ws://localhost:9000/ocpp --fault double-answer --fault-share 0.1 --seed 7"),
    ),
)
def proxy(
    to: Annotated[
        str | None,
        typer.Option("--to", callback=filled, metavar="URL", help="Endpoint of the CSMS, without an identity."),
    ] = None,
    listen: Annotated[
        int, typer.Option("--listen", metavar="PORT", min=0, max=65535, help="Port of the stations, 0: a free one.")
    ] = 9100,
    host: Annotated[
        str, typer.Option(callback=filled, metavar="HOST", help="Address of this machine that stations connect to.")
    ] = "127.0.0.1",
    http: Annotated[
        int | None,
        typer.Option(metavar="PORT", min=0, max=65535, help="Show a page, and serve /metrics, to this machine only."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Where traces go; without it a new folder in plugproof-out/proxy."),
    ] = None,
    keep_host: Annotated[
        bool, typer.Option("--keep-host", help="Leave the Host header as the station wrote it, not as --to has it.")
    ] = False,
    cert: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            rich_help_panel=_STATIONS_TLS,
            help="PEM file with the certificate for stations, and its chain.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_STATIONS_TLS, help="Private key of --cert, not encrypted."),
    ] = None,
    station_ca: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", rich_help_panel=_STATIONS_TLS, help="Let in only stations with a certificate of this root."
        ),
    ] = None,
    ca: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", rich_help_panel=_TOWARDS, help="PEM file with the roots of the CSMS; else the system's."
        ),
    ] = None,
    client_cert: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", rich_help_panel=_TOWARDS, help="PEM file with a client certificate and its chain."
        ),
    ] = None,
    client_key: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_TOWARDS, help="Private key of --client-cert, not encrypted."),
    ] = None,
    user: Annotated[
        str | None,
        typer.Option(
            callback=filled,
            metavar="NAME",
            rich_help_panel=_TOWARDS,
            help="User of HTTP Basic, in place of what the station sends.",
        ),
    ] = None,
    password_env: Annotated[
        str | None,
        typer.Option(
            callback=filled, metavar="NAME", rich_help_panel=_TOWARDS, help="Environment variable with its password."
        ),
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", rich_help_panel=_TOWARDS, help="File with its password in the first line."),
    ] = None,
    answer_timeout: Annotated[
        float,
        typer.Option(
            metavar="SECONDS", rich_help_panel=_JUDGING, min=0.1, help="After this long a CALL counts as not answered."
        ),
    ] = 30.0,
    max_trace: Annotated[
        int,
        typer.Option(
            metavar="MIB", rich_help_panel=_JUDGING, min=1, help="Size of all traces; then the oldest are removed."
        ),
    ] = 1024,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MUST|SHOULD|unjudged",
            rich_help_panel=_JUDGING,
            autocompletion=completion.words("MUST", "SHOULD", "unjudged"),
            help="Exit code 1 when such a rule was broken, or a message was not judged (repeatable).",
        ),
    ] = None,
    quiet: Annotated[
        bool, typer.Option("--quiet", rich_help_panel=_JUDGING, help="Print findings and connections, no frames.")
    ] = False,
    fault: Annotated[
        list[str] | None,
        typer.Option(
            callback=filled,
            metavar="NAME[@PARTY]",
            rich_help_panel=_FAULTS,
            autocompletion=completion.proxy_faults,
            help="Break a rule in the messages of station or csms, or of both (repeatable).",
        ),
    ] = None,
    fault_share: Annotated[
        float,
        typer.Option(
            metavar="SHARE", rich_help_panel=_FAULTS, min=0, max=1, help="Share of the messages that a fault changes."
        ),
    ] = 1.0,
    fault_delay: Annotated[
        float, typer.Option(metavar="SECONDS", rich_help_panel=_FAULTS, min=0, max=3600, help="Delay of a late answer.")
    ] = 60.0,
    seed: Annotated[
        int, typer.Option(metavar="N", rich_help_panel=_FAULTS, help="The same seed changes the same messages.")
    ] = 1,
    list_faults: Annotated[
        bool, typer.Option("--list-faults", rich_help_panel=_FAULTS, help="Print the faults, the rules, and exit.")
    ] = False,
) -> None:
    """Stand between stations and their CSMS: pass every byte on, and judge both. Ctrl-C ends it."""
    from harness.cli.commands import proxy as command

    if list_faults:
        raise typer.Exit(command.list_faults())
    if to is None:
        usage("--to is missing: write the endpoint of the CSMS, such as --to wss://csms.example/ocpp")
    raise typer.Exit(
        command.run(
            command.Wish(
                to=to,
                listen=listen,
                host=host,
                http=http,
                out=out,
                keep_host=keep_host,
                cert=cert,
                key=key,
                station_ca=station_ca,
                ca=ca,
                client_cert=client_cert,
                client_key=client_key,
                user=user,
                password_env=password_env,
                password_file=password_file,
                fault=tuple(fault or ()),
                fault_share=fault_share,
                fault_delay=fault_delay,
                seed=seed,
                answer_timeout=answer_timeout,
                max_trace=max_trace,
                fail_on=tuple(fail_on or ()),
                quiet=quiet,
            )
        )
    )


@app.command(
    cls=Command,
    epilog=examples(
        ("The reference CSMS that comes with plugproof, for two minutes", "plugproof fuzz --minutes 2 --seed 7"),
        ("Your product; earlier findings are played first", "plugproof fuzz --sut sut.toml"),
        ("The simulated station that comes along", "plugproof fuzz --role charge-point --minutes 1"),
        ("See something found, of a defect of the reference CSMS", "plugproof fuzz --fault null-payload-crashes"),
    ),
)
def fuzz(
    sut: Annotated[Path | None, typer.Option(metavar="FILE", help="SUT file of the system under test.")] = None,
    role: Annotated[
        str, typer.Option(metavar=ROLE_NAMES, autocompletion=ROLES, help="What to test without a SUT file.")
    ] = "csms",
    minutes: Annotated[
        float, typer.Option(metavar="N", min=0.01, max=1_440, help="How long new sessions are searched for.")
    ] = 2,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", min=0, help="The same seed draws the same sessions; without it a random one."),
    ] = None,
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder of the findings; those in it are played first.")
    ] = Path("plugproof-fuzz"),
    fault: Annotated[
        list[str] | None,
        typer.Option(
            callback=filled,
            metavar="NAME",
            autocompletion=completion.faults,
            help="Deliberate defect of the reference CSMS or the simulated station (repeatable).",
        ),
    ] = None,
) -> None:
    """Search for messages that break a CSMS or a charge point, and keep the shortest that do."""
    from harness.plugin.trouble.interruption import INTERRUPTION

    with INTERRUPTION.watched():
        from harness.cli.commands.fuzz import Wish, run

        code = run(Wish(sut, _role(role), minutes, seed, out, tuple(fault or ())))
    raise typer.Exit(code)
