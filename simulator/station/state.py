"""What can be seen of every station at one moment (`kernel.snapshot`), but for its places to charge."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Literal

from ocppj.evidence.masking import mask
from simulator.kernel.snapshot import ConnectorState, State, Unsent
from simulator.station.context import Context
from simulator.station.feature import Features
from simulator.station.queue import Queue
from simulator.station.security_events import SecurityEvents

SHOWN = 20
"""Messages of the queue that are named; the others are only counted."""


def state_of(
    parts: Context,
    features: Features,
    queue: Queue[Any],
    *,
    security_profile: int,
    status: str,
    connectors: Iterable[ConnectorState],
    unsent: Callable[[Any], Unsent],
) -> State:
    """The state of a station now; `unsent` says what is shown of a message of its queue."""
    link, registration = parts.link, parts.registration
    return State(
        id=link.dial.identity,
        url=mask(link.dial.url),
        identity=dict(registration.identity),
        clock=parts.clock.now(),
        csms_ahead=parts.timekeeper.ahead,
        powered=parts.supplied.on,
        network=parts.supplied.network,
        connection=_connection(parts),
        registration=registration.status,
        security_profile=security_profile,
        status=status,
        connectors=tuple(connectors),
        queued=len(queue),
        queue=tuple(map(unsent, islice(queue, SHOWN))),
        security_events=_security_events(features),
        violations=len(link.all_findings()),
    )


def _connection(parts: Context) -> Literal["off", "no network", "not connected", "connected", "online"]:
    """How far it is from the power to the CSMS."""
    if not parts.supplied.on:
        return "off"
    if not parts.supplied.network:
        return "no network"
    if not parts.link.up:
        return "not connected"
    return "online" if parts.registration.online else "connected"


def _security_events(features: Features) -> int:
    try:
        return features[SecurityEvents].waiting
    except LookupError:
        return 0
