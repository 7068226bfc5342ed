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


@dataclass(frozen=True, slots=True)
class Config:
    """Settings of one CSMS; times in seconds, sizes in bytes, port 0: the kernel chooses."""

    host: str = "127.0.0.1"
    port: int = 0
    api_port: int = 0
    path: str = "/ocpp"  # stations connect at path + "/" + identity (OCPP-J §3.1.1)
    database: str = DEFAULT_DATABASE
    any_station: bool = False  # False: an identity that was not registered gets a 404 (OCPP-J §3.2)
    any_tag: bool = False  # True: a tag that is not known is Accepted; False: it is Invalid (OCPP 1.6 §7.2)
    lenient: bool = False  # True: what real stations do wrong is let pass and noted (csms_core.gateway.leniency)

    security_profile: int = 0  # lowest that is accepted of a station that has none of its own (white paper A00)
    tls_port: int = 0  # of wss, for profiles 2 and 3; opened only when there is a PKI
    pki: str | None = None  # folder made by --init-pki; None: no TLS
    operator: str | None = None  # organization client certificates have to name; None: that of the PKI
    allow_origins: tuple[str, ...] = ()  # of pages whose scripts may connect as stations, "*": any; others get a 403
    api_hosts: tuple[str, ...] = ()  # host names the API is called by, besides localhost and addresses

    registration: Registration = "Accepted"  # what a boot is answered with, unless the station has its own setting
    heartbeat_interval: int = 300
    boot_retry_interval: int = 30  # interval of an answer that is not Accepted
    concurrent_transactions: bool = True  # False: a tag that charges elsewhere gets ConcurrentTx
    data_transfer: Mapping[str, frozenset[str]] = field(
        default_factory=dict
    )  # vendorId -> messageIds; empty: all of them

    files_port: int | None = 0  # port where stations fetch and leave files by HTTP, None: no such door
    files_tls_port: int | None = 0  # the same by HTTPS; opened only when there is a PKI
    ftp_port: int | None = None  # the same by FTP
    ftps_port: int | None = None  # the same by FTP within TLS from the first byte
    files_url: str | None = None  # base URL stations reach files_port at, None: host and port
    files: str | None = None  # folder of these files; None: beside the SQLite database, else plugproof-csms.files
    max_file: int = 64 * 1024 * 1024

    call_timeout: float = 30.0
    max_frame: int = 256 * 1024
    max_frames_waiting: int = 32  # frames of a station that are read ahead of the one being handled
    max_operations_waiting: int = 32  # operations waiting for one station, the running one included
    max_connections: int = 60_000
    max_stations: int = 100_000  # registered ones, beyond which any_station takes in nobody new
    open_timeout: float = 10.0
    close_timeout: float = 5.0
    ping_interval: float | None = 60.0
    ping_timeout: float | None = 60.0

    log_level: Level = "warning"  # these two are for the process, nobody else's logs are touched
    log_format: Format = "text"

    faults: tuple[
        str, ...
    ] = ()  # names of deliberate defects (csms_core.versions), on from the start; NAME@STATION: for one
