"""A scripted CSMS of OCPP 2.0.1, and stations of it on a virtual clock."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Any

import pytest_asyncio

from ocppj.v201 import PROTOCOL
from simulator import VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.v201.station import Station
from tests.simulator.support.scripted_csms import ScriptedCsms

Start = Callable[..., Awaitable[Station]]


class Csms(ScriptedCsms):
    """The same, in OCPP 2.0.1."""

    protocol = PROTOCOL

    def __init__(self) -> None:
        super().__init__()
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.answers = {
            "BootNotification": {"status": "Accepted", "currentTime": now, "interval": 300},
            "Heartbeat": {"currentTime": now},
            "Authorize": {"idTokenInfo": {"status": "Accepted"}},
            "TransactionEvent": {},
            "StatusNotification": {},
            "NotifyReport": {},
            "MeterValues": {},
            "SecurityEventNotification": {},
        }

    @property
    def told(self) -> list[str]:
        """The events of transactions, each as eventType and triggerReason."""
        return [f"{event['eventType']} {event['triggerReason']}" for event in self.payloads("TransactionEvent")]

    def connector_statuses(self, evse: int) -> list[str]:
        """What was told of the connector of an EVSE."""
        told = self.payloads("StatusNotification")
        return [one["connectorStatus"] for one in told if one["evseId"] == evse]

    async def set(self, **variables: str) -> list[str]:
        """Set variables by `Component__Variable`, or `Component__Variable__instance`; the statuses they got."""
        data = [
            {
                "component": {"name": component},
                "variable": {"name": variable, **({"instance": instance[0]} if instance else {})},
                "attributeValue": value,
            }
            for name, value in variables.items()
            for component, variable, *instance in [name.split("__")]
        ]
        answer = await self.call("SetVariables", setVariableData=data)
        return [one["attributeStatus"] for one in answer["setVariableResult"]]


@pytest_asyncio.fixture
async def csms() -> AsyncIterator[Csms]:
    csms = Csms()
    await csms.start()
    yield csms
    await csms.stop()
    assert [finding for finding in csms.findings if finding.rule not in csms.excused] == []


@pytest_asyncio.fixture
async def start(csms: Csms, clock: VirtualClock, memory: SqliteFile) -> AsyncIterator[Start]:
    """Starts a station with two EVSEs, accepted and silent when the CSMS lets it be; `memory` outlives it."""
    async with AsyncExitStack() as stack:

        async def start(**options: Any) -> Station:
            options = {"id": "CP1", "connectors": 2, "clock": clock, **options}
            station = await stack.enter_async_context(Station(csms.url, **options))
            await clock.settle()
            return station

        yield start


@pytest_asyncio.fixture
async def station(start: Start, csms: Csms) -> Station:
    """A booted station; its boot is over and forgotten."""
    station = await start()
    csms.forget()
    return station


@pytest_asyncio.fixture
async def charging(station: Station, csms: Csms, clock: VirtualClock) -> Station:
    """EVSE 1 charges for TAG-1."""
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.settle()
    assert station.connector(1).charging_state == "Charging"
    csms.forget()
    return station
