"""Settings of a reference CSMS. Every one has a default that is right by the specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Registration = Literal["Accepted", "Pending", "Rejected"]
Format = Literal["text", "json"]
Level = Literal["debug", "info", "warning", "error"]

TEMPORARY = ":temporary:"
"""Database setting: an SQLite file in a folder that is removed at the end."""

DEFAULT_DATABASE = "sqlite:///plugproof-csms.db"

DEFAULT_HOSTS = ("127.0.0.1", "localhost")
"""What the server certificates of a new authority name."""

DEFAULT_OPERATOR = "plugproof"
"""The organization that certificates name."""


@dataclass(frozen=True)
class Config:
    """Settings of one CSMS; times in seconds, sizes in bytes, port 0: the kernel chooses.

    Where it is and what it keeps:
        host, port: where stations connect, at `path` + "/" + identity (OCPP-J §3.1.1).
        api_port: of the HTTP API and the console.
        database: URL of SQLAlchemy, SQLite or PostgreSQL; `TEMPORARY`: a file that is removed at the end.
        any_station: an identity that was not registered is let in; else it gets a 404 (OCPP-J §3.2).
        any_tag: a tag that is not known is Accepted; else it is Invalid (OCPP 1.6 §7.2).
        lenient: what real stations do wrong is let pass and noted (`csms_core.gateway.leniency`).

    Security:
        security_profile: lowest that is accepted of a station that has none of its own (white paper A00).
        tls_port: of wss, for profiles 2 and 3; opened only when there is a PKI.
        pki: folder made by --init-pki; None: no TLS.
        operator: organization that client certificates have to name; None: that of the PKI.
        allow_origins: of pages whose scripts may connect as stations, "*": any; others get a 403.
        api_hosts: host names that the API is called by, besides localhost and addresses.

    What it answers:
        registration: what a boot is answered with, unless the station has its own setting.
        heartbeat_interval: of an answer that is Accepted; boot_retry_interval: of any other one (OCPP 1.6 §4.2).
        concurrent_transactions: a tag may charge twice at a time; else it gets ConcurrentTx (OCPP 1.6 §7.2).
        data_transfer: vendorId -> messageIds that are known; no messageIds: all of them.

    Files that stations fetch and leave:
        files_port, files_tls_port: by HTTP, and by HTTPS, which is opened only when there is a PKI; None: no such door.
        ftp_port, ftps_port: by FTP, and by FTP within TLS from the first byte.
        files_url: base URL that stations reach files_port at; None: host and port.
        files: their folder; None: beside the SQLite database, else plugproof-csms.files.
        max_file: the largest one.

    Limits:
        call_timeout: how long a station has to answer a CALL.
        max_frame: the largest message of a station.
        max_frames_waiting: frames of a station that are read ahead of the one being handled.
        max_operations_waiting: operations waiting for one station, the running one included.
        max_connections, max_stations: open ones; and registered ones, beyond which any_station takes in nobody new.
        open_timeout, close_timeout: of the WebSocket handshakes.
        ping_interval, ping_timeout: of WebSocket pings; None: there are none, or none is missed.

    The process:
        log_level, log_format: for the process only, nobody else's logs are touched.
        faults: names of deliberate defects (`csms_core.versions`), on from the start; NAME@STATION: for one station.
    """

    host: str = "127.0.0.1"
    port: int = 0
    api_port: int = 0
    path: str = "/ocpp"
    database: str = DEFAULT_DATABASE
    any_station: bool = False
    any_tag: bool = False
    lenient: bool = False

    security_profile: int = 0
    tls_port: int = 0
    pki: str | None = None
    operator: str | None = None
    allow_origins: tuple[str, ...] = ()
    api_hosts: tuple[str, ...] = ()

    registration: Registration = "Accepted"
    heartbeat_interval: int = 300
    boot_retry_interval: int = 30
    concurrent_transactions: bool = True
    data_transfer: Mapping[str, frozenset[str]] = field(default_factory=dict)

    files_port: int | None = 0
    files_tls_port: int | None = 0
    ftp_port: int | None = None
    ftps_port: int | None = None
    files_url: str | None = None
    files: str | None = None
    max_file: int = 64 * 1024 * 1024

    call_timeout: float = 30.0
    max_frame: int = 256 * 1024
    max_frames_waiting: int = 32
    max_operations_waiting: int = 32
    max_connections: int = 60_000
    max_stations: int = 100_000
    open_timeout: float = 10.0
    close_timeout: float = 5.0
    ping_interval: float | None = 60.0
    ping_timeout: float | None = 60.0

    log_level: Level = "warning"
    log_format: Format = "text"

    faults: tuple[str, ...] = ()
