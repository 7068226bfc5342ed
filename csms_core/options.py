"""The options of the command line: each sets the member of `Config` that has its name, the rest are commands."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Final, get_args

from csms_core import logs, settings
from csms_core.config import DEFAULT_HOSTS, Config, Registration

COMMANDS: Final = ("help", "config", "init_pki", "pki_host", "create_token", "list_faults")
"""Options that are no settings: what they ask for is done at once, or they say where the settings are."""


def parse(argv: Sequence[str] | None) -> tuple[argparse.Namespace, Config]:
    """The commands and the settings that a command line asks for. Raises SettingsError; SystemExit as argparse does."""
    defaults = _from_file(argv)
    options = parser(defaults).parse_args(argv)
    given = {field.name: getattr(options, field.name) for field in fields(Config) if hasattr(options, field.name)}
    given["data_transfer"] = _vendors(defaults.data_transfer, options.data_transfer)
    for name in ("api_hosts", "faults"):
        given[name] = tuple(given[name])
    return options, replace(defaults, **given)


def _from_file(argv: Sequence[str] | None) -> Config:
    """The settings options are the exceptions from: those of --config, or the defaults."""
    defaults = replace(Config(), port=9000, api_port=9001)
    finder = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    finder.add_argument("--config")
    file = finder.parse_known_args(argv)[0].config
    return defaults if file is None else settings.load(file, defaults)


def _vendors(known: Mapping[str, frozenset[str]], given: Sequence[str]) -> dict[str, frozenset[str]]:
    vendors = dict(known)
    for text in given:
        vendor, _, message = text.partition(":")
        vendors[vendor] = vendors.get(vendor, frozenset()) | ({message} if message else frozenset())
    return vendors


def parser(default: Config) -> argparse.ArgumentParser:
    """The command line; `default` is what an option has when it is not given."""
    made = argparse.ArgumentParser(prog="plugproof csms", description="The reference CSMS for OCPP 1.6J.")
    made.add_argument(
        "--config", metavar="FILE", help="csms.toml with settings; options override it, those that may be repeated add"
    )
    _listening(made, default)
    _files(made, default)
    _security(made, default)
    _behaviour(made, default)
    _process(made, default)
    return made


def _listening(made: argparse.ArgumentParser, default: Config) -> None:
    add = made.add_argument
    add("--host", default=default.host, help="address to listen at, of stations and API alike (default %(default)s)")
    add("--port", type=int, default=default.port, help=_port("port of the stations"))
    add("--api-port", type=int, default=default.api_port, help=_port("port of the HTTP API"))
    add(
        "--api-host",
        dest="api_hosts",
        action="append",
        default=list(default.api_hosts),
        metavar="NAME",
        help="host name the API may be called by without a token, besides localhost and addresses; may be repeated",
    )
    add(
        "--database",
        default=default.database,
        metavar="URL",
        help="sqlite:////path/file.db, postgresql+psycopg://..., or :temporary: (default %(default)s)",
    )
    group = made.add_mutually_exclusive_group()
    group.add_argument(
        "--any-station",
        action="store_true",
        default=default.any_station,
        help="let unknown stations in and register them",
    )
    group.add_argument(
        "--known-stations-only",
        dest="any_station",
        action="store_false",
        default=default.any_station,
        help="answer unknown stations with 404 (default)",
    )


def _files(made: argparse.ArgumentParser, default: Config) -> None:
    add = made.add_argument
    what = "port where stations fetch firmware and leave diagnostics and logs"
    add("--files-port", type=_door, default=default.files_port, metavar="PORT", help=_port(f"{what} by HTTP", True))
    add(
        "--files-tls-port",
        type=_door,
        default=default.files_tls_port,
        metavar="PORT",
        help=_port("the same by HTTPS, when there is a --pki", True),
    )
    add("--ftp-port", type=_door, default=default.ftp_port, metavar="PORT", help="the same by FTP (default: no FTP)")
    add(
        "--ftps-port",
        type=_door,
        default=default.ftps_port,
        metavar="PORT",
        help="the same by FTP within TLS from the first byte (implicit); needs a --pki (default: no FTPS)",
    )
    add(
        "--files-url",
        default=default.files_url,
        metavar="URL",
        help="base URL at which stations reach --files-port; the other doors are told with its host",
    )
    add("--files", default=default.files, metavar="DIR", help="folder of these files (default: beside the database)")
    add(
        "--max-file",
        type=int,
        default=default.max_file,
        metavar="BYTES",
        help="largest file that is taken (default %(default)s)",
    )


def _security(made: argparse.ArgumentParser, default: Config) -> None:
    add = made.add_argument
    add(
        "--security-profile",
        type=int,
        choices=range(4),
        default=default.security_profile,
        help="lowest profile that is accepted of a station that has none of its own: 0 none, 1 password, 2 password "
        "within TLS, 3 client certificate (default %(default)s)",
    )
    add("--pki", default=default.pki, metavar="DIR", help="certificates made by --init-pki; opens the TLS ports")
    add("--tls-port", type=int, default=default.tls_port, help=_port("port of wss"))
    add(
        "--operator",
        default=default.operator,
        metavar="NAME",
        help="organization client certificates have to name (default: that of the PKI)",
    )
    add(
        "--init-pki",
        metavar="DIR",
        help="make a certificate authority (roots, server, firmware signing) in a new folder and exit; it names "
        "--operator, and nothing that exists is changed",
    )
    add(
        "--pki-host",
        action="append",
        default=[],
        metavar="HOST",
        help="with --init-pki: name or address stations reach the CSMS at, the first is the common name; may be "
        f"repeated (default {', '.join(DEFAULT_HOSTS)})",
    )
    add(
        "--create-token",
        metavar="NAME",
        help="make a token that lets other machines use the API of this --database, print it and exit",
    )


def _behaviour(made: argparse.ArgumentParser, default: Config) -> None:
    add = made.add_argument
    add("--registration", choices=get_args(Registration), default=default.registration, help="answer to a boot")
    add("--heartbeat-interval", type=int, default=default.heartbeat_interval, metavar="SECONDS")
    add("--boot-retry-interval", type=int, default=default.boot_retry_interval, metavar="SECONDS")
    group = made.add_mutually_exclusive_group()
    group.add_argument(
        "--refuse-concurrent",
        dest="concurrent_transactions",
        action="store_false",
        default=default.concurrent_transactions,
        help="ConcurrentTx for a tag that charges elsewhere",
    )
    group.add_argument(
        "--allow-concurrent",
        dest="concurrent_transactions",
        action="store_true",
        default=default.concurrent_transactions,
        help="let a tag charge at several places at once (default)",
    )
    add(
        "--data-transfer",
        action="append",
        default=[],
        metavar="VENDOR[:MESSAGE]",
        help="accept DataTransfer of this vendorId, of this messageId only when one is given; may be repeated",
    )
    add(
        "--call-timeout",
        type=float,
        default=default.call_timeout,
        metavar="SECONDS",
        help="how long a station has to answer",
    )


def _process(made: argparse.ArgumentParser, default: Config) -> None:
    add = made.add_argument
    add(
        "--fault",
        dest="faults",
        action="append",
        default=list(default.faults),
        metavar="NAME[@STATION]",
        help="switch a deliberate defect on, for one station when it is named; may be repeated",
    )
    add("--list-faults", action="store_true", help="print the deliberate defects and exit")
    add(
        "--log-format",
        choices=get_args(logs.Format),
        default=default.log_format,
        help="json: a JSON object per line (default %(default)s)",
    )
    add("--log-level", choices=get_args(logs.Level), default=default.log_level, help="(default %(default)s)")


def _port(what: str, may_be_shut: bool = False) -> str:
    return f"{what}, 0: the kernel chooses{', none: no such door' if may_be_shut else ''} (default %(default)s)"


def _door(text: str) -> int | None:
    if text == settings.NOTHING:
        return None
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"write a port, or {settings.NOTHING}, not {text!r}") from None
