"""What a version of OCPP brings to the CSMS, as one object. `csms_core.csms` is handed the versions that are spoken.

The subprotocol that is agreed on in the opening handshake picks the version of a connection. Whoever needs something
of a version takes it from this object; nobody else knows its actions, statuses and members of payloads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from csms_core.auth.findings import Finding
from csms_core.faults.model import Fault
from csms_core.hub.context import Backroom, StationContext
from csms_core.hub.registry import Bookkeeper, Check, Follower, Handler, Payload
from ocppj.protocol import Protocol
from schemas import SchemaSet


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The part of the HTTP API that is about one version.

    Its operations are at `path` + `/stations/{identity}/operations/{action}`. `at_once` and `later` are modules with a
    `router` each, which has its whole path; those of `at_once` serve what the pattern `early` matches, and are there
    from the start. `mark` goes before the names of its operations in the description, where they need one.
    `first_steps` gives the text of the description, from the addresses of the API and of the stations.
    """

    path: str
    at_once: tuple[str, ...]
    early: str
    later: tuple[str, ...]
    first_steps: Callable[[str, str], str]
    mark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A version of OCPP: its messages, its books, its API, its faults."""

    protocol: Protocol
    handlers: Mapping[str, Handler]
    """What handles a CALL of a station, by action."""

    bookkeepers: Mapping[str, Bookkeeper]
    judges: Mapping[str, Sequence[Check]]
    followers: Mapping[str, Follower]
    """What keeps the books of a CALL of the CSMS, what judges it before it is sent, and what follows it, by action."""

    before_acceptance: Callable[[StationContext, str], None]
    """Judges an action of a station that was not accepted by its boot. Raises OcppError when it is out of place."""

    only_after_acceptance: frozenset[str]
    """Actions the CSMS may not send before it has accepted the station."""

    invited: Callable[[str, Payload], str | None]
    """The action that a CALL of the CSMS asks the station for; None when it asks for none."""

    is_accepted: Callable[[Payload], bool]
    """Whether the answer to a CALL of the CSMS says that the station does what it was asked for."""

    tolerated: Callable[[Sequence[str]], tuple[str | None, Finding] | None]
    """What a lenient CSMS agrees on when a station offers no subprotocol that is spoken here: a wrong name that it has
    for this version, or none, and what is wrong with it. None: it means another version."""

    connectors: Callable[[Connection, list[str]], Mapping[str, list[dict[str, Any]]]]
    """What stations last told of their connectors, by identity."""

    tables: tuple[Table, ...]
    """Its tables; they are in `csms_core.store.tables.metadata` like all others."""

    faults: Sequence[Fault]
    api: Api

    @property
    def name(self) -> str:
        """The version as people write it, such as 1.6."""
        return self.protocol.version

    @property
    def subprotocol(self) -> str:
        """Its name in the opening handshake."""
        return self.protocol.subprotocol

    @property
    def schemas(self) -> SchemaSet:
        """The schemas of its messages."""
        return self.protocol.schemas


@dataclass(frozen=True, slots=True)
class Service:
    """A version as this CSMS serves it: with what its handlers may use."""

    version: Version
    backroom: Backroom
