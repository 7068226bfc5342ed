"""Command line of the reference CSMS: `python -m csms_core` and `plugproof csms`."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

import commandline
from csms_core.cli import options as given
from csms_core.cli.ending import REFUSED, STOPPED, USAGE, Ending
from csms_core.cli.running import run
from csms_core.config.contradictions import SettingsError
from csms_core.config.model import DEFAULT_HOSTS, DEFAULT_OPERATOR

EXAMPLES = commandline.examples(
    (
        "For stations of yours: whoever connects is let in, with any idTag",
        "plugproof csms --any-station --any-tag",
    ),
    (
        "On other ports, with a database that is gone at the end",
        "plugproof csms --port 9100 --api-port 9101 --database :temporary:",
    ),
    ("Within TLS: make certificates, then use them", "plugproof csms --init-pki keys --pki-host csms.example"),
    ("", "plugproof csms --pki keys --tls-port 9443 --security-profile 2"),
    ("Wrong on purpose", "plugproof csms --list-faults"),
    ("", "plugproof csms --fault heartbeat-answer-without-current-time"),
    ("Settings out of a file", "plugproof csms --config csms.toml"),
)


@commandline.command("csms", epilog=EXAMPLES)
def command(
    context: typer.Context,
    config: given.ConfigFile = None,
    host: given.Host = None,
    port: given.Port = None,
    api_port: given.ApiPort = None,
    api_hosts: given.ApiHosts = None,
    database: given.Database = None,
    any_station: given.AnyStation = None,
    any_tag: given.AnyTag = None,
    files_port: given.FilesPort = None,
    files_tls_port: given.FilesTlsPort = None,
    ftp_port: given.FtpPort = None,
    ftps_port: given.FtpsPort = None,
    files_url: given.FilesUrl = None,
    files: given.Files = None,
    max_file: given.MaxFile = None,
    security_profile: given.SecurityProfile = None,
    pki: given.PkiFolder = None,
    tls_port: given.TlsPort = None,
    operator: given.Operator = None,
    allow_origins: given.Origins = None,
    registration: given.BootAnswer = None,
    heartbeat_interval: given.HeartbeatInterval = None,
    boot_retry_interval: given.BootRetryInterval = None,
    concurrent_transactions: given.Concurrent = None,
    data_transfer: given.DataTransfer = None,
    lenient: given.Lenient = None,
    call_timeout: given.CallTimeout = None,
    faults: given.Faults = None,
    log_format: given.LogFormat = None,
    log_level: given.LogLevel = None,
    init_pki: given.InitPki = None,
    pki_host: given.PkiHosts = None,
    create_token: given.CreateToken = None,
    list_faults: given.ListFaults = False,
) -> int:
    """Run the reference CSMS.

    It speaks OCPP 1.6J and serves until Ctrl-C or SIGTERM. Stations connect at ws://127.0.0.1:9000/ocpp/IDENTITY; the
    console and the HTTP API are at http://127.0.0.1:9001. When it is ready, a line of JSON on standard output says so.
    """
    return _do(context.params)


def main(argv: Sequence[str] | None = None) -> int:
    """What `plugproof csms` does; returns the exit code (`csms_core.cli.ending`)."""
    return commandline.run(command, argv, "plugproof csms")


def _do(asked: Mapping[str, Any]) -> int:
    try:
        if asked["list_faults"]:
            return _list_faults()
        config = given.settings_of(asked)
        if asked["create_token"] is not None:
            return _create_token(config.database, asked["create_token"])
        if asked["init_pki"] is not None:
            hosts = asked["pki_host"] or DEFAULT_HOSTS
            return _init_pki(asked["init_pki"], hosts, config.operator or DEFAULT_OPERATOR)
    except (SettingsError, Ending) as error:
        print(f"plugproof csms: {error}", file=sys.stderr)
        return error.code if isinstance(error, Ending) else USAGE
    return run(config)


def _list_faults() -> int:
    from csms_core import versions

    for fault in versions.faults().values():
        print(f"{fault.name:50} {fault.sentence}")
    return STOPPED


def _create_token(database: str, name: str) -> int:
    from csms_core.auth import tokens
    from csms_core.store import StoreError, UrlError

    try:
        print(asyncio.run(tokens.create(database, name)))
    except (UrlError, tokens.TokenError) as error:
        raise Ending(USAGE, str(error)) from None
    except StoreError as error:
        raise Ending(REFUSED, str(error)) from None
    return STOPPED


def _init_pki(folder: str, hosts: Sequence[str], operator: str) -> int:
    from csms_core.pki import Pki, PkiError, PkiUnusable

    try:
        pki = Pki.create(folder, hosts, operator)
    except PkiUnusable as error:
        raise Ending(REFUSED, str(error)) from None
    except PkiError as error:
        raise Ending(USAGE, str(error)) from None
    print(f"The certificate authority is in {pki.folder}; stations trust {pki.roots_file.name} in it.")
    print(f"Start the CSMS with --pki {pki.folder} to use it.")
    return STOPPED
