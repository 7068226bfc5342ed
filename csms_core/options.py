"""The options of the command line: each sets the member of `Config` that has its name, the rest are commands.

An option that is not given is None, so that what `--config` says stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Annotated, Any, Final

import typer

from csms_core import settings
from csms_core.config import DEFAULT_HOSTS, Config, Registration
from csms_core.logs import Format, Level

COMMANDS: Final = ("config", "init_pki", "pki_host", "create_token", "list_faults")
"""Options that are no settings: what they ask for is done at once, or they say where the settings are."""

DEFAULTS: Final = Config(port=9000, api_port=9001)
"""What stands when neither an option nor the file says anything."""

DOORS: Final = ("files_port", "files_tls_port", "ftp_port", "ftps_port")
"""Ports that may be `none`: there is no such door then."""


def settings_of(given: Mapping[str, Any]) -> Config:
    """The settings that options lead to, by the names of their members. Raises SettingsError."""
    file = given.get("config")
    defaults = DEFAULTS if file is None else settings.load(file, DEFAULTS)
    names = {field.name for field in fields(Config)}
    values = {name: value for name, value in given.items() if name in names and value not in (None, [], ())}
    for name in values.keys() & set(DOORS):
        values[name] = _door(name, values[name])
    for name in values.keys() & {"allow_origins", "api_hosts", "faults"}:
        values[name] = (*getattr(defaults, name), *values[name])
    if "data_transfer" in values:
        values["data_transfer"] = _vendors(defaults.data_transfer, values["data_transfer"])
    return replace(defaults, **values)


def _door(name: str, text: str) -> int | None:
    if text == settings.NOTHING:
        return None
    try:
        return int(text)
    except ValueError:
        option = f"--{name.replace('_', '-')}"
        raise settings.SettingsError(f"{option}: write a port, or {settings.NOTHING}, not '{text}'.") from None


def _vendors(known: Mapping[str, frozenset[str]], given: Sequence[str]) -> dict[str, frozenset[str]]:
    vendors = dict(known)
    for text in given:
        vendor, _, message = text.partition(":")
        vendors[vendor] = vendors.get(vendor, frozenset()) | ({message} if message else frozenset())
    return vendors


def _faults() -> list[tuple[str, str]]:
    """For the shell: what may follow --fault."""
    from csms_core.faults import CATALOGUE

    return [(fault.name, fault.sentence) for fault in CATALOGUE.values()]


def _words(*known: str) -> Any:
    return lambda: list(known)


def _option(*names: str, heading: str | None = None, **how: Any) -> Any:
    return typer.Option(*names, rich_help_panel=heading, **how)


_FILES: Final = "Files that stations fetch and leave"
_SECURITY: Final = "Security"
_BEHAVIOUR: Final = "What stations are answered"
_PROCESS: Final = "Faults and logs"
_AT_ONCE: Final = "Done at once"

ConfigFile = Annotated[
    str | None,
    _option(
        "--config",
        metavar="FILE",
        help="A csms.toml with settings. Options override it, those that may be repeated add to it.",
    ),
]
Host = Annotated[
    str | None,
    _option("--host", metavar="HOST", help="Listen at this address, for stations and the API (default 127.0.0.1)."),
]
Port = Annotated[
    int | None, _option("--port", metavar="PORT", help="Port of the stations, 0: the kernel chooses (default 9000).")
]
ApiPort = Annotated[
    int | None,
    _option("--api-port", metavar="PORT", help="Port of the HTTP API, 0: the kernel chooses (default 9001)."),
]
ApiHosts = Annotated[
    list[str] | None,
    _option(
        "--api-host",
        metavar="NAME",
        help="A host name the API may be called by without a token, besides localhost and addresses (repeatable).",
    ),
]
Database = Annotated[
    str | None,
    _option(
        "--database",
        metavar="URL",
        help="sqlite:////path/file.db, postgresql://user@host/name, or :temporary: (default "
        "sqlite:///plugproof-csms.db).",
    ),
]
AnyStation = Annotated[
    bool | None,
    _option(
        "--any-station/--known-stations-only",
        help="Let unknown stations in and register them, or answer them with 404 (default).",
    ),
]
AnyTag = Annotated[
    bool | None,
    _option("--any-tag/--known-tags-only", help="Accept idTags that are not known, or call them Invalid (default)."),
]

FilesPort = Annotated[
    str | None,
    _option(
        "--files-port",
        heading=_FILES,
        metavar="PORT",
        help="HTTP door, 0: the kernel chooses (default), none: no such door.",
    ),
]
FilesTlsPort = Annotated[
    str | None,
    _option(
        "--files-tls-port",
        heading=_FILES,
        metavar="PORT",
        help="HTTPS door when there is a --pki, 0: the kernel chooses (default), none: no such door.",
    ),
]
FtpPort = Annotated[str | None, _option("--ftp-port", heading=_FILES, metavar="PORT", help="FTP door (default none).")]
FtpsPort = Annotated[
    str | None,
    _option(
        "--ftps-port",
        heading=_FILES,
        metavar="PORT",
        help="FTPS door, within TLS from the first byte (implicit); needs a --pki (default none).",
    ),
]
FilesUrl = Annotated[
    str | None,
    _option(
        "--files-url",
        heading=_FILES,
        metavar="URL",
        help="Base URL at which stations reach --files-port; the other doors are told with its host.",
    ),
]
Files = Annotated[
    str | None,
    _option("--files", heading=_FILES, metavar="DIR", help="Folder of these files (default: beside the database)."),
]
MaxFile = Annotated[
    int | None,
    _option(
        "--max-file", heading=_FILES, metavar="BYTES", help="The largest file that is taken (default 67108864, 64 MiB)."
    ),
]

SecurityProfile = Annotated[
    int | None,
    _option(
        "--security-profile",
        heading=_SECURITY,
        metavar="0|1|2|3",
        autocompletion=_words("0", "1", "2", "3"),
        help="The lowest profile that is accepted of a station that has none of its own: 0 none (default), "
        "1 password, 2 password within TLS, 3 client certificate.",
    ),
]
PkiFolder = Annotated[
    str | None,
    _option(
        "--pki", heading=_SECURITY, metavar="DIR", help="Certificates made by --init-pki. They open the TLS ports."
    ),
]
TlsPort = Annotated[
    int | None,
    _option("--tls-port", heading=_SECURITY, metavar="PORT", help="Port of wss, 0: the kernel chooses (default)."),
]
Operator = Annotated[
    str | None,
    _option(
        "--operator",
        heading=_SECURITY,
        metavar="NAME",
        help="Organization that client certificates have to name (default: that of the PKI).",
    ),
]

Origins = Annotated[
    list[str] | None,
    _option(
        "--allow-origin",
        heading=_SECURITY,
        metavar="ORIGIN",
        help="Let scripts of the web pages of this origin, such as http://lab.example:8080, connect as stations; * is "
        "any (repeatable; default: none, 403).",
    ),
]

BootAnswer = Annotated[
    Registration | None,
    _option(
        "--registration",
        heading=_BEHAVIOUR,
        metavar="Accepted|Pending|Rejected",
        autocompletion=_words("Accepted", "Pending", "Rejected"),
        help="The answer to a boot (default Accepted).",
    ),
]
HeartbeatInterval = Annotated[
    int | None,
    _option(
        "--heartbeat-interval",
        heading=_BEHAVIOUR,
        metavar="SECONDS",
        help="The interval in the answer to a boot that is Accepted (default 300).",
    ),
]
BootRetryInterval = Annotated[
    int | None,
    _option(
        "--boot-retry-interval",
        heading=_BEHAVIOUR,
        metavar="SECONDS",
        help="The interval in the answer to a boot that is not (default 30).",
    ),
]
Concurrent = Annotated[
    bool | None,
    _option(
        "--allow-concurrent/--refuse-concurrent",
        heading=_BEHAVIOUR,
        help="Let a tag charge at several places at once (default), or answer ConcurrentTx.",
    ),
]
DataTransfer = Annotated[
    list[str] | None,
    _option(
        "--data-transfer",
        heading=_BEHAVIOUR,
        metavar="VENDOR[:MESSAGE]",
        help="Accept DataTransfer of this vendorId, of this messageId only when one is given (repeatable).",
    ),
]
Lenient = Annotated[
    bool | None,
    _option(
        "--lenient/--strict",
        heading=_BEHAVIOUR,
        help="Let pass what real stations do wrong (path, subprotocol, dateTime without a zone, unknown members, "
        "numbers as texts, a key used as text) and note each as a finding, or answer as the standard has it (default).",
    ),
]
CallTimeout = Annotated[
    float | None,
    _option(
        "--call-timeout",
        heading=_BEHAVIOUR,
        metavar="SECONDS",
        help="How long a station has to answer a CALL (default 30).",
    ),
]

Faults = Annotated[
    list[str] | None,
    _option(
        "--fault",
        heading=_PROCESS,
        metavar="NAME[@STATION]",
        autocompletion=_faults,
        help="Switch a deliberate defect on, for one station when it is named (repeatable).",
    ),
]
LogFormat = Annotated[
    Format | None,
    _option(
        "--log-format",
        heading=_PROCESS,
        metavar="text|json",
        autocompletion=_words("text", "json"),
        help="Lines for people (default), or a JSON object per line.",
    ),
]
LogLevel = Annotated[
    Level | None,
    _option(
        "--log-level",
        heading=_PROCESS,
        metavar="debug|info|warning|error",
        autocompletion=_words("debug", "info", "warning", "error"),
        help="What is worth a line (default warning).",
    ),
]

InitPki = Annotated[
    str | None,
    _option(
        "--init-pki",
        heading=_AT_ONCE,
        metavar="DIR",
        help="Make a certificate authority (roots, server, firmware signing) in a new folder and exit. It names "
        "--operator, and nothing that exists is changed.",
    ),
]
PkiHosts = Annotated[
    list[str] | None,
    _option(
        "--pki-host",
        heading=_AT_ONCE,
        metavar="HOST",
        help="With --init-pki: a name or address stations reach the CSMS at. The first is the common name "
        f"(repeatable; default {', '.join(DEFAULT_HOSTS)}).",
    ),
]
CreateToken = Annotated[
    str | None,
    _option(
        "--create-token",
        heading=_AT_ONCE,
        metavar="NAME",
        help="Make a token that lets other machines use the API of this --database, print it and exit.",
    ),
]
ListFaults = Annotated[bool, _option("--list-faults", heading=_AT_ONCE, help="Print the deliberate defects and exit.")]
