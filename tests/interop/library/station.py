"""A plain station on a `ChargePoint` of the library: it answers operations of a CSMS with what it was given to say."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from ocpp.charge_point import camel_to_snake_case
from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v201 import ChargePoint as ChargePoint201
from ocpp.v201 import call_result as call_result_201
from websockets.asyncio.client import connect

ANSWER_SECONDS = 15
"""How long the CSMS may take to answer."""

Payload = dict[str, Any]


def library_station(answers: Mapping[str, Payload]) -> type[ChargePoint]:
    """A class of stations with a handler for each operation in `answers`, which are payloads in names of the wire.

    `received` of a station holds the operations and their members, as the library read them.
    """

    class LibraryStation(ChargePoint):
        def __init__(self, id: str, connection: Any) -> None:
            super().__init__(id, connection, response_timeout=ANSWER_SECONDS)
            self.received: list[tuple[str, Payload]] = []

    for action, answer in answers.items():
        setattr(LibraryStation, f"on_{action}", _handler(action, answer, call_result))
    return LibraryStation


def library_station_201(answers: Mapping[str, Payload]) -> type[ChargePoint201]:
    """The same for OCPP 2.0.1."""

    class LibraryStation201(ChargePoint201):
        def __init__(self, id: str, connection: Any) -> None:
            super().__init__(id, connection, response_timeout=ANSWER_SECONDS)
            self.received: list[tuple[str, Payload]] = []

    for action, answer in answers.items():
        setattr(LibraryStation201, f"on_{action}", _handler(action, answer, call_result_201))
    return LibraryStation201


def _handler(action: str, answer: Payload, results: Any) -> Callable[..., Any]:
    def handle(self: Any, **members: Any) -> Any:
        self.received.append((action, members))
        return getattr(results, action)(**camel_to_snake_case(answer))

    handle.__name__ = f"on_{action}"  # the library finds handlers by the names of their functions
    routed: Callable[..., Any] = on(action)(handle)
    return routed


@asynccontextmanager
async def connected(
    station: type[ChargePoint] | type[ChargePoint201], url: str, identity: str, subprotocol: str = "ocpp1.6"
) -> AsyncIterator[Any]:
    """A station that is connected while the block lasts, and has said nothing yet."""
    async with connect(f"{url}/{identity}", subprotocols=[subprotocol]) as connection:  # type: ignore[list-item]
        client = station(identity, connection)
        reading = asyncio.create_task(client.start())
        try:
            yield client
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
