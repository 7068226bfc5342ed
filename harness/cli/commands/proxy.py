"""`plugproof proxy`: the options, judged before anything is opened, and what is made of them."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from harness.artifacts.run_folder import BASE, new_folder
from harness.cli.usage import usage
from harness.instruments.proxy.faults.catalogue import FAULTS
from harness.instruments.proxy.faults.tamper import UnknownFault, chosen
from harness.instruments.proxy.relay.settings import Settings, Target, target

FAIL_ON: Final = ("MUST", "SHOULD", "unjudged")
FOLDER: Final = BASE / "proxy"


@dataclass(frozen=True, slots=True)
class Wish:
    """The options as they were given."""

    to: str
    listen: int
    host: str
    http: int | None
    out: Path | None
    keep_host: bool
    cert: Path | None
    key: Path | None
    station_ca: Path | None
    ca: Path | None
    client_cert: Path | None
    client_key: Path | None
    user: str | None
    password_env: str | None
    password_file: Path | None
    fault: tuple[str, ...]
    fault_share: float
    fault_delay: float
    seed: int
    answer_timeout: float
    max_trace: int
    fail_on: tuple[str, ...]
    quiet: bool


def list_faults() -> int:
    """Print the faults."""
    for fault in FAULTS.values():
        print(f"{fault.name:16} {fault.rule:7} {fault.sentence}")
    return 0


def run(wish: Wish) -> int:
    """Stand between stations and a CSMS; returns the exit code."""
    if sys.platform == "win32":
        usage("plugproof proxy needs the pipes and signals of Linux or macOS; run it there, or in WSL")
    settings = _settings(wish)
    for name in wish.fail_on:
        if name not in FAIL_ON:
            usage(f"--fail-on is {', '.join(FAIL_ON[:-1])} or {FAIL_ON[-1]}, not {name}")
    from harness.cli.precheck.watch import PatientConsole
    from harness.instruments.proxy import running

    return running.run(
        running.Run(
            settings=settings,
            folder=_folder(wish.out),
            http=wish.http,
            fail_on=wish.fail_on,
            frames=not wish.quiet,
            live=sys.stdout.isatty() and not wish.quiet and not os.environ.get("CI"),
            answer_timeout=wish.answer_timeout,
            most_trace=wish.max_trace << 20,
            console=PatientConsole(highlight=False, soft_wrap=True),
        )
    )


def _settings(wish: Wish) -> Settings:
    _pair("--cert", wish.cert, "--key", wish.key)
    _pair("--client-cert", wish.client_cert, "--client-key", wish.client_key)
    to = _target(wish.to)
    if wish.station_ca is not None and wish.cert is None:
        usage("--station-ca asks for certificates within TLS; add --cert FILE and --key FILE")
    for option, file in (("--ca", wish.ca), ("--client-cert", wish.client_cert)):
        if file is not None and not to.tls:
            usage(f"{option} is for TLS, and --to {wish.to} is without; write wss://")
    for text in wish.fault:
        try:
            chosen(text)
        except UnknownFault as error:
            usage(str(error))
    return Settings(
        to=to,
        host=wish.host,
        port=wish.listen,
        keep_host=wish.keep_host,
        certificate=_named(wish.cert),
        key=_named(wish.key),
        station_ca=_named(wish.station_ca),
        ca=_named(wish.ca),
        client_certificate=_named(wish.client_cert),
        client_key=_named(wish.client_key),
        user=wish.user,
        password=_password(wish),
        faults=wish.fault,
        share=wish.fault_share,
        seed=wish.seed,
        delay=wish.fault_delay,
    )


def _target(url: str) -> Target:
    try:
        return target(url)
    except ValueError as error:
        usage(str(error))


def _pair(first: str, one: Path | None, second: str, other: Path | None) -> None:
    if (one is None) != (other is None):
        usage(f"{first} and {second} belong together; add {second if other is None else first} FILE")


def _named(file: Path | None) -> str | None:
    return None if file is None else str(file)


def _password(wish: Wish) -> str | None:
    if wish.user is None:
        if wish.password_env is not None or wish.password_file is not None:
            usage("the password is that of a user; add --user NAME")
        return None
    if ":" in wish.user:
        usage(f"--user {wish.user}: the user name of HTTP Basic has no colon (RFC 7617); give another one")
    if (wish.password_env is None) == (wish.password_file is None):
        usage("--user needs its password from one place; add --password-env NAME or --password-file FILE")
    if wish.password_env is not None:
        found = os.environ.get(wish.password_env, "")
        if not found:
            usage(f"--password-env {wish.password_env}: there is no such environment variable; export it first")
        return found
    assert wish.password_file is not None
    try:
        lines = wish.password_file.read_text("utf-8").splitlines()
    except OSError as error:
        usage(f"--password-file {wish.password_file}: cannot be read ({error.strerror}); check the name")
    except UnicodeDecodeError:
        usage(f"--password-file {wish.password_file}: it is no text; write the password in its first line")
    if not lines or not lines[0]:
        usage(f"--password-file {wish.password_file}: its first line is empty; write the password there")
    return lines[0]


def _folder(out: Path | None) -> Path:
    try:
        if out is None:
            return new_folder(FOLDER)
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        usage(f"{out or FOLDER} cannot be made ({error.strerror}); choose another with --out")
    if any(out.iterdir()):
        usage(f"--out {out}: there is something in it already; choose a new folder")
    return out
