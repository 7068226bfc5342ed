"""The options of the command line: each sets the member of `Config` that has its name, the rest are commands.

An option that is not given is None, so that what `--config` says stands.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Annotated, Any, Final

from commandline import Heading, option
from csms_core.cli import settings
from csms_core.config.contradictions import SettingsError
from csms_core.config.model import DEFAULT_HOSTS, Config, Format, Level, Registration

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
        raise SettingsError(f"{option}: write a port, or {settings.NOTHING}, not '{text}'.") from None


def _vendors(known: Mapping[str, frozenset[str]], given: Sequence[str]) -> dict[str, frozenset[str]]:
    vendors = dict(known)
    for text in given:
        vendor, _, message = text.partition(":")
        vendors[vendor] = vendors.get(vendor, frozenset()) | ({message} if message else frozenset())
    return vendors


def _faults() -> list[tuple[str, str]]:
    """For the shell: what may follow --fault."""
    from csms_core import versions

    return [(fault.name, fault.sentence) for fault in versions.faults().values()]


def _words(*known: str) -> Any:
    return lambda: list(known)


_files: Final = Heading("Files that stations fetch and leave")
_security: Final = Heading("Security")
_behaviour: Final = Heading("What stations are answered")
_process: Final = Heading("Faults and logs")
_at_once: Final = Heading("Done at once")

ConfigFile = Annotated[
    str | None,
    option("FILE", "A csms.toml with settings. Options override it, those that may be repeated add to it.", "--config"),
]
Host = Annotated[
    str | None, option("HOST", "Listen at this address, for stations and the API (default 127.0.0.1).", "--host")
]
Port = Annotated[int | None, option("PORT", "Port of the stations, 0: the kernel chooses (default 9000).", "--port")]
ApiPort = Annotated[
    int | None, option("PORT", "Port of the HTTP API, 0: the kernel chooses (default 9001).", "--api-port")
]
ApiHosts = Annotated[
    list[str] | None,
    option(
        "NAME",
        "A host name the API may be called by without a token, besides localhost and addresses (repeatable).",
        "--api-host",
    ),
]
Database = Annotated[
    str | None,
    option(
        "URL",
        "sqlite:////path/file.db, postgresql://user@host/name, or :temporary: (default sqlite:///plugproof-csms.db).",
        "--database",
    ),
]
AnyStation = Annotated[
    bool | None,
    option(
        None,
        "Let unknown stations in and register them, or answer them with 404 (default).",
        "--any-station/--known-stations-only",
    ),
]
AnyTag = Annotated[
    bool | None,
    option(None, "Accept idTags that are not known, or call them Invalid (default).", "--any-tag/--known-tags-only"),
]

FilesPort = Annotated[
    str | None, _files("PORT", "HTTP door, 0: the kernel chooses (default), none: no such door.", "--files-port")
]
FilesTlsPort = Annotated[
    str | None,
    _files(
        "PORT",
        "HTTPS door when there is a --pki, 0: the kernel chooses (default), none: no such door.",
        "--files-tls-port",
    ),
]
FtpPort = Annotated[str | None, _files("PORT", "FTP door (default none).", "--ftp-port")]
FtpsPort = Annotated[
    str | None,
    _files(
        "PORT", "FTPS door, within TLS from the first byte (implicit); needs a --pki (default none).", "--ftps-port"
    ),
]
FilesUrl = Annotated[
    str | None,
    _files(
        "URL", "Base URL at which stations reach --files-port; the other doors are told with its host.", "--files-url"
    ),
]
Files = Annotated[str | None, _files("DIR", "Folder of these files (default: beside the database).", "--files")]
MaxFile = Annotated[
    int | None, _files("BYTES", "The largest file that is taken (default 67108864, 64 MiB).", "--max-file")
]

SecurityProfile = Annotated[
    int | None,
    _security(
        "0|1|2|3",
        "The lowest profile that is accepted of a station that has none of its own: 0 none (default), "
        "1 password, 2 password within TLS, 3 client certificate.",
        "--security-profile",
        autocompletion=_words("0", "1", "2", "3"),
    ),
]
PkiFolder = Annotated[
    str | None, _security("DIR", "Certificates made by --init-pki. They open the TLS ports.", "--pki")
]
TlsPort = Annotated[int | None, _security("PORT", "Port of wss, 0: the kernel chooses (default).", "--tls-port")]
Operator = Annotated[
    str | None,
    _security("NAME", "Organization that client certificates have to name (default: that of the PKI).", "--operator"),
]

Origins = Annotated[
    list[str] | None,
    _security(
        "ORIGIN",
        "Let scripts of the web pages of this origin, such as http://lab.example:8080, connect as stations; * is "
        "any (repeatable; default: none, 403).",
        "--allow-origin",
    ),
]

BootAnswer = Annotated[
    Registration | None,
    _behaviour(
        "Accepted|Pending|Rejected",
        "The answer to a boot (default Accepted).",
        "--registration",
        autocompletion=_words("Accepted", "Pending", "Rejected"),
    ),
]
HeartbeatInterval = Annotated[
    int | None,
    _behaviour(
        "SECONDS", "The interval in the answer to a boot that is Accepted (default 300).", "--heartbeat-interval"
    ),
]
BootRetryInterval = Annotated[
    int | None,
    _behaviour("SECONDS", "The interval in the answer to a boot that is not (default 30).", "--boot-retry-interval"),
]
Concurrent = Annotated[
    bool | None,
    _behaviour(
        None,
        "Let a tag charge at several places at once (default), or answer ConcurrentTx.",
        "--allow-concurrent/--refuse-concurrent",
    ),
]
DataTransfer = Annotated[
    list[str] | None,
    _behaviour(
        "VENDOR[:MESSAGE]",
        "Accept DataTransfer of this vendorId, of this messageId only when one is given (repeatable).",
        "--data-transfer",
    ),
]
Lenient = Annotated[
    bool | None,
    _behaviour(
        None,
        "Let pass what real stations do wrong (path, subprotocol, dateTime without a zone, unknown members, "
        "numbers as texts, a key used as text) and note each as a finding, or answer as the standard has it (default).",
        "--lenient/--strict",
    ),
]
CallTimeout = Annotated[
    float | None, _behaviour("SECONDS", "How long a station has to answer a CALL (default 30).", "--call-timeout")
]

Faults = Annotated[
    list[str] | None,
    _process(
        "NAME[@STATION]",
        "Switch a deliberate defect on, for one station when it is named (repeatable).",
        "--fault",
        autocompletion=_faults,
    ),
]
LogFormat = Annotated[
    Format | None,
    _process(
        "text|json",
        "Lines for people (default), or a JSON object per line.",
        "--log-format",
        autocompletion=_words("text", "json"),
    ),
]
LogLevel = Annotated[
    Level | None,
    _process(
        "debug|info|warning|error",
        "What is worth a line (default warning).",
        "--log-level",
        autocompletion=_words("debug", "info", "warning", "error"),
    ),
]

InitPki = Annotated[
    str | None,
    _at_once(
        "DIR",
        "Make a certificate authority (roots, server, firmware signing) in a new folder and exit. It names "
        "--operator, and nothing that exists is changed.",
        "--init-pki",
    ),
]
PkiHosts = Annotated[
    list[str] | None,
    _at_once(
        "HOST",
        "With --init-pki: a name or address stations reach the CSMS at. The first is the common name "
        f"(repeatable; default {', '.join(DEFAULT_HOSTS)}).",
        "--pki-host",
    ),
]
CreateToken = Annotated[
    str | None,
    _at_once(
        "NAME",
        "Make a token that lets other machines use the API of this --database, print it and exit.",
        "--create-token",
    ),
]
ListFaults = Annotated[bool, _at_once(None, "Print the deliberate defects and exit.", "--list-faults")]
