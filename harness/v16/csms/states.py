"""The reusable states of the catalogue: what has to be true before a case begins.

Each one is a short conversation. As a fixture it is the preamble of a case: it folds in the failure text, and when it
breaks, the verdict is ERROR, because another case judges it. Called from a case, with ``rule``, it is judged itself.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import msgspec

from harness.case.message import Message
from harness.case.verdicts import CaseFailure, Inconclusive
from harness.peers.counterpart import now
from harness.v16.csms.station import Station
from ocppj.matchers import satisfies

ENERGY_PER_SESSION = 1_000
"""Watt-hours between meterStart and meterStop of a scripted session."""

positive = satisfies("a positive integer", lambda value: type(value) is int and value > 0)


class Charging(msgspec.Struct, frozen=True):
    """A running transaction."""

    transactionId: int
    idTag: str
    connectorId: int
    meterStart: int


async def boot(station: Station) -> Message:
    """BootNotification until accepted, then StatusNotification Available for connector 0 and every connector."""
    answer = await boots(station)
    answer.shows(status="Accepted")
    await available(station)
    return answer


async def boots(station: Station) -> Message:
    """Send a BootNotification with the vendor and model of the SUT file."""
    boot = station.run.sut.boot
    return await station.sends("BootNotification", chargePointVendor=boot.vendor, chargePointModel=boot.model)


async def boots_pending(station: Station) -> None:
    """A BootNotification that is answered with Pending. Raises Inconclusive for one that is answered otherwise."""
    answer = await boots(station)
    if answer["status"] != "Pending":
        raise Inconclusive(
            f"the boot of the station was answered with {answer['status']}, though [fixtures] was asked for Pending"
        )


async def available(station: Station, *, finishing: int | None = None) -> None:
    """StatusNotification for connector 0 and every connector: Available, or Finishing for the one given."""
    for connector in range(station.connectors + 1):
        await status(station, connector, "Finishing" if connector == finishing else "Available")


async def unavailable(station: Station, *, rule: str | None = None) -> None:
    """StatusNotification Unavailable for every connector, as before an installation (S §4.5)."""
    for connector in range(1, station.connectors + 1):
        await status(station, connector, "Unavailable", rule=rule)


async def status(
    station: Station, connector: int, status: str, *, errorCode: str = "NoError", rule: str | None = None
) -> Message:
    """Report a connector's status."""
    return await station.sends(
        "StatusNotification", rule=rule, connectorId=connector, errorCode=errorCode, status=status, timestamp=now()
    )


async def authorize(station: Station, tag: str, *, rule: str | None = None) -> Message:
    """Authorize a tag that is to be accepted."""
    answer = await station.sends("Authorize", rule=rule, idTag=tag)
    return answer.shows(rule=rule, idTagInfo={"status": "Accepted"})


async def authorize_any(station: Station, tag: str) -> Message:
    """Authorize a tag, whatever the answer says of it."""
    return await station.sends("Authorize", idTag=tag)


async def meter(station: Station, charging: Charging) -> Message:
    """MeterValues of a running transaction: one register value in watt-hours."""
    sample = {"value": str(charging.meterStart + ENERGY_PER_SESSION // 2), "measurand": "Energy.Active.Import.Register"}
    return await station.sends(
        "MeterValues",
        connectorId=charging.connectorId,
        transactionId=charging.transactionId,
        meterValue=[{"timestamp": now(), "sampledValue": [{**sample, "unit": "Wh", "context": "Sample.Periodic"}]}],
    )


async def triggered_meter(station: Station, connector: int) -> Message:
    """MeterValues that a TriggerMessage asked for, without a transaction: one register value in watt-hours."""
    sample = {
        "value": str(station.meter),
        "measurand": "Energy.Active.Import.Register",
        "unit": "Wh",
        "context": "Trigger",
    }
    return await station.sends(
        "MeterValues", connectorId=connector, meterValue=[{"timestamp": now(), "sampledValue": [sample]}]
    )


async def start(
    station: Station,
    connector: int,
    tag: str,
    *,
    rule: str | None = None,
    accepted: str = "Accepted",
    at: str = "",
    reservationId: int | None = None,
) -> Charging:
    """StartTransaction; its answer is to carry the status ``accepted``. ``at``: the moment, when it is not now.

    ``reservationId``: the reservation that the transaction uses up (S §4.8).
    """
    begun, reserved = station.meter, {} if reservationId is None else {"reservationId": reservationId}
    answer = await station.sends(
        "StartTransaction",
        rule=rule,
        connectorId=connector,
        idTag=tag,
        meterStart=begun,
        timestamp=at or now(),
        **reserved,
    )
    answer.shows(rule=rule, idTagInfo={"status": accepted})
    return Charging(answer["transactionId"], tag, connector, begun)


async def stop(station: Station, charging: Charging, reason: str, *, rule: str | None = None, at: str = "") -> Message:
    """StopTransaction of a running transaction, with the tag that started it."""
    station.meter = charging.meterStart + ENERGY_PER_SESSION
    return await station.sends(
        "StopTransaction",
        rule=rule,
        transactionId=charging.transactionId,
        idTag=charging.idTag,
        meterStop=station.meter,
        timestamp=at or now(),
        reason=reason,
    )


async def charge(
    station: Station, connector: int, tag: str, *, rule: str | None = None, reservationId: int | None = None
) -> Charging:
    """Authorized, Preparing, StartTransaction, Charging: a session that runs."""
    await authorize(station, tag, rule=rule)
    await status(station, connector, "Preparing")
    charging = await start(station, connector, tag, rule=rule, reservationId=reservationId)
    await status(station, connector, "Charging")
    return charging


async def firmware(station: Station, *statuses: str) -> None:
    """FirmwareStatusNotification, one for each status (S §4.5)."""
    for status in statuses:
        await station.sends("FirmwareStatusNotification", status=status)


async def signed_firmware(station: Station, requestId: int, *statuses: str) -> None:
    """SignedFirmwareStatusNotification, one for each status (security white paper L01)."""
    for status in statuses:
        await station.sends("SignedFirmwareStatusNotification", status=status, requestId=requestId)


async def log(station: Station, requestId: int, *statuses: str) -> None:
    """LogStatusNotification, one for each status (security white paper N01)."""
    for status in statuses:
        await station.sends("LogStatusNotification", status=status, requestId=requestId)


async def security_event(station: Station, type: str) -> None:
    """SecurityEventNotification of this type, now (security white paper A04)."""
    await station.sends("SecurityEventNotification", type=type, timestamp=now())


async def diagnostics(station: Station, *statuses: str) -> None:
    """DiagnosticsStatusNotification, one for each status (S §4.4)."""
    for status in statuses:
        await station.sends("DiagnosticsStatusNotification", status=status)


@asynccontextmanager
async def answering(station: Station, action: str, **members: Any) -> AsyncIterator[None]:
    """While the block lasts, CALLs of ``action`` get this answer; none has to come.

    For what a CSMS may ask on its own before it does what the operator wants.
    """
    station.expects(action)

    async def answer() -> None:
        with suppress(CaseFailure):  # silence is right here; an invalid CALL is a finding of its own
            while True:
                request = await station.receives(action)
                station.run.allows(request.seen)
                station.expects(action)
                await request.answered(**members)

    task = asyncio.create_task(answer())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
