"""The reusable states of the catalogue: what has to be true before a case begins.

Each one is a short conversation. As a fixture it is the preamble of a case: it folds in the failure text, and when it
breaks, the verdict is ERROR, because another case judges it. Called from a case, with ``rule``, it is judged itself.
"""

import msgspec

from harness.run import CaseRun
from harness.station import Message, Station, now
from harness.sut import Tags
from harness.verdicts import HarnessError
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


async def available(station: Station, *, finishing: int | None = None) -> None:
    """StatusNotification for connector 0 and every connector: Available, or Finishing for the one given."""
    for connector in range(station.connectors + 1):
        await status(station, connector, "Finishing" if connector == finishing else "Available")


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


async def start(
    station: Station, connector: int, tag: str, *, rule: str | None = None, accepted: str = "Accepted", at: str = ""
) -> Charging:
    """StartTransaction; its answer is to carry the status ``accepted``. ``at``: the moment, when it is not now."""
    answer = await station.sends(
        "StartTransaction", rule=rule, connectorId=connector, idTag=tag, meterStart=0, timestamp=at or now()
    )
    answer.shows(rule=rule, idTagInfo={"status": accepted})
    return Charging(answer["transactionId"], tag, connector, 0)


async def stop(station: Station, charging: Charging, reason: str, *, rule: str | None = None, at: str = "") -> Message:
    """StopTransaction of a running transaction, with the tag that started it."""
    return await station.sends(
        "StopTransaction",
        rule=rule,
        transactionId=charging.transactionId,
        idTag=charging.idTag,
        meterStop=charging.meterStart + ENERGY_PER_SESSION,
        timestamp=at or now(),
        reason=reason,
    )


async def charge(station: Station, connector: int, tag: str, *, rule: str | None = None) -> Charging:
    """Authorized, Preparing, StartTransaction, Charging: a session that runs."""
    await authorize(station, tag, rule=rule)
    await status(station, connector, "Preparing")
    charging = await start(station, connector, tag, rule=rule)
    await status(station, connector, "Charging")
    return charging


def valid_tag(tags: Tags, run: CaseRun) -> str:
    """The accepted tag. Raises ``HarnessError`` when the SUT file has none."""
    if tags.valid is None:
        raise HarnessError(f"{run.sut.source}: tags.valid is missing; name a tag that the CSMS accepts")
    return tags.valid
