"""The reusable states of the catalogue of OCPP 2.0.1: what has to be true before a case begins.

Each one is a short conversation. As a fixture it is the preamble of a case: it folds in the failure text, and when it
breaks, the verdict is ERROR, because another case judges it. Called from a case, with ``rule``, it is judged itself.
A station may tell the state of a connector by StatusNotification or by NotifyEvent; this one does by the former.
"""

from typing import Any

from harness.case.message import Message
from harness.v201.csms.operator import Operator
from harness.v201.csms.station import CHARGED, Station
from ocppj.matchers import absent

Accepted = {"status": "Accepted"}


async def boot(station: Station, *, rule: str | None = None) -> Message:
    """Booted: accepted, and every connector is Available."""
    answer = await boots(station, rule=rule)
    answer.shows(rule=rule, status="Accepted")
    await available(station, rule=rule)
    return answer


async def boots(station: Station, reason: str = "PowerUp", *, rule: str | None = None) -> Message:
    """Send a BootNotification with the vendor and model of the SUT file (B01)."""
    boot = station.run.sut.boot
    introduced = {"model": boot.model, "vendorName": boot.vendor}
    return await station.sends("BootNotification", rule=rule, reason=reason, chargingStation=introduced)


async def available(station: Station, *, rule: str | None = None) -> None:
    """Every connector is Available."""
    for evse, connector in tuple(station.statuses):
        await status(station, "Available", evse=evse, connector=connector, rule=rule)


async def status(
    station: Station, status: str, *, evse: int | None = None, connector: int | None = None, rule: str | None = None
) -> Message:
    """Report the status of a connector, that of the cases if no other one is named (G01)."""
    return await station.sends(
        "StatusNotification",
        rule=rule,
        timestamp=station.time(),
        connectorStatus=status,
        evseId=evse or station.evse,
        connectorId=connector or station.connector,
    )


async def unavailable(station: Station, operator: Operator, *, rule: str | None = None) -> None:
    """Unavailable: the operator has taken the EVSE of the cases out of operation (G03)."""
    evse = station.evse
    await operator.change_availability(station, operationalStatus="Inoperative", evse={"id": evse})
    wanted: dict[str, Any] = {"operationalStatus": "Inoperative", "evse": {"id": evse, "connectorId": absent}}
    request = await station.receives("ChangeAvailability", rule=rule, **wanted)
    await request.answered(status="Accepted")
    for place in tuple(station.statuses):
        if place[0] == evse:
            await status(station, "Unavailable", evse=evse, connector=place[1], rule=rule)


async def ev_connected(station: Station, *, rule: str | None = None) -> Message:
    """EVConnectedPreSession: the cable is plugged in, and so a transaction runs (E02)."""
    await status(station, "Occupied", rule=rule)
    return await station.tells("CablePluggedIn", rule=rule, info={"chargingState": "EVConnected"}, evse=station.place)


async def authorize(station: Station, idToken: dict[str, Any], *, rule: str | None = None) -> Message:
    """Authorize an idToken that is to be accepted (C01)."""
    answer = await station.sends("Authorize", rule=rule, idToken=idToken)
    return answer.shows(rule=rule, idTokenInfo=Accepted)


async def authorized(station: Station, idToken: dict[str, Any], *, rule: str | None = None) -> Message:
    """Authorized: the idToken was shown and is accepted, and so a transaction runs (E03)."""
    await authorize(station, idToken, rule=rule)
    answer = await station.tells("Authorized", rule=rule, idToken=idToken)
    return answer.shows(rule=rule, idTokenInfo=Accepted)


async def energy_transfer(station: Station, *, rule: str | None = None) -> Message:
    """EnergyTransferStarted, from Authorized: the cable is plugged in if it was not, and the EV charges (E02, E03)."""
    if not station.is_plugged_in:
        await ev_connected(station, rule=rule)
    return await station.tells("ChargingStateChanged", rule=rule, info={"chargingState": "Charging"})


async def charge(station: Station, idToken: dict[str, Any]) -> None:
    """EnergyTransferStarted, from Booted."""
    await authorized(station, idToken)
    await energy_transfer(station)


async def meter(station: Station, *, rule: str | None = None) -> Message:
    """A periodic sample of the register of the meter, watt-hours (J02)."""
    station.meter += CHARGED
    sample = {
        "value": station.meter,
        "context": "Sample.Periodic",
        "measurand": "Energy.Active.Import.Register",
        "unitOfMeasure": {"unit": "Wh"},
    }
    values = [{"timestamp": station.time(), "sampledValue": [sample]}]
    return await station.tells("MeterValuePeriodic", rule=rule, meterValue=values)


async def stop_authorized(station: Station, idToken: dict[str, Any], *, rule: str | None = None) -> Message:
    """StopAuthorized: the idToken was shown again, and may end the transaction (E07)."""
    answer = await station.tells("StopAuthorized", rule=rule, idToken=idToken)
    return answer.shows(rule=rule, idTokenInfo=Accepted)


async def post_session(station: Station, *, rule: str | None = None) -> Message:
    """EVConnectedPostSession: the EV does not charge any more."""
    return await station.tells("ChargingStateChanged", rule=rule, info={"chargingState": "EVConnected"})


async def disconnected(station: Station, *, rule: str | None = None) -> Message:
    """EVDisconnected: the cable is out, and so the transaction has ended."""
    await status(station, "Available", rule=rule)
    return await unplugged(station, rule=rule)


async def unplugged(station: Station, *, rule: str | None = None) -> Message:
    """The end of a transaction whose EV has gone."""
    info = {"chargingState": "Idle", "stoppedReason": "EVDisconnected"}
    return await station.tells("EVCommunicationLost", rule=rule, eventType="Ended", info=info)
