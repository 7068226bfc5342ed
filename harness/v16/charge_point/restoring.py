"""What a case has changed in the station is put back when it is over, also when it failed (OCPP 1.6)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from harness.case.verdicts import CaseFailure, HarnessError, Inconclusive, one_line
from harness.peers.driving import EvDriver
from harness.v16.charge_point import security
from harness.v16.charge_point.credentials import KEYS
from harness.v16.charge_point.csms import Csms
from ocppj.errors import ConnectionClosed
from ocppj.rules import Finding

PUT_BACK: Final = "CLEANUP"
_UNLOCKS: Final = "UnlockConnectorOnEVSideDisconnect"
_TRIES: Final = 2
"""A transaction whose id has only just been told may not be known by it yet."""
_UNUSED: Final = "Unavailable"
_READY: Final = frozenset({"Available", _UNUSED})


async def restores(csms: Csms, driver: EvDriver) -> None:
    """Put back everything, as far as the station lets us. What is left is said in the results. Never raises."""
    if csms.stand.gone is not None:
        return
    csms.forgets_answers()
    csms.comes_back()
    await csms.answers_the_rest()
    await _tried(csms, "a station that plugproof brings along", lambda: security.lets_in(csms))
    for problem in await driver.restores_power():
        _left(csms, problem)
    if not await _tried(csms, "a station that is connected", lambda: csms.is_there(csms.run.sut.timeouts.reboot_s)):
        csms.stand.gone = "the station did not come back after " + csms.run.case.id
        return
    await _tried(csms, "a station that is accepted", lambda: _is_accepted(csms))
    if csms.is_updating:
        await _tried(csms, "the firmware", lambda: _stops_updating(csms))
    for transaction in tuple(csms.transactions):
        await _tried(csms, f"the end of transaction {transaction}", partial(_stops, csms, transaction))
    if csms.may_be_locked or _UNLOCKS in csms.changed_keys:
        for connector in sorted({csms.run.sut.run.connector_id, *_busy(csms)} - {0}):
            await _tried(csms, f"an unlocked connector {connector}", partial(_unlocks, csms, connector))
    for problem in await driver.undoes():
        _left(csms, problem)
    for reservation in csms.reserved:
        await _tried(csms, f"CancelReservation {reservation}", partial(_cancels, csms, reservation))
    for profile in csms.profiles_set:
        await _tried(csms, f"ClearChargingProfile {profile}", partial(_clears, csms, profile))
    if csms.is_awaited:
        await _tried(
            csms, "a connector that waits for nobody", partial(_inoperative, csms, csms.run.sut.run.connector_id)
        )
    for connector in tuple(csms.made_unavailable):
        await _tried(csms, f"connector {connector} operative", partial(_operative, csms, connector))
    if csms.list_sent:
        await _tried(csms, "an empty local list", lambda: _empties(csms))
    if csms.tags_shown and csms.run.sut.claimed("features.auth_cache"):
        await _tried(csms, "an empty cache", lambda: csms.sends("ClearCache"))
    is_ready = await _settles(csms)  # while ConnectionTimeOut is that of the case, as a card may be waited with
    for key in dict.fromkeys(reversed(csms.changed_keys)):
        if key not in KEYS:
            await _tried(csms, f"the configuration key {key}", partial(_configures, csms, key))
    if not is_ready:
        await _tried(csms, "a station that is ready", lambda: _restarts(csms))
    for problem in await security.gives_back(csms):
        _left(csms, problem)


async def _tried(csms: Csms, what: str, work: Callable[[], Awaitable[Any]]) -> bool:
    try:
        await work()
    except (CaseFailure, HarnessError, ConnectionClosed, Inconclusive) as error:
        why = error.actual if isinstance(error, CaseFailure) else one_line(error)
        _left(csms, f"{what} was not put back: {why}")
        return False
    return True


def _left(csms: Csms, problem: str) -> None:
    csms.run.note(problem)
    csms.run.remarks.append(Finding(PUT_BACK, "INFO", csms.run.party, problem))


async def _is_accepted(csms: Csms) -> None:
    """A station that was turned down boots again, and is accepted now."""
    seconds = csms.run.sut.keys.boot_retry_s + csms.run.sut.timeouts.message_s
    if not await csms.until(lambda: csms.is_accepted, seconds):
        raise HarnessError(f"it did not boot again in {seconds:g} s")


async def _stops_updating(csms: Csms) -> None:
    """Wait until the station says how the update ended, or that it is Idle when it is asked."""
    loop, timeouts = asyncio.get_running_loop(), csms.run.sut.timeouts
    deadline = loop.time() + timeouts.reboot_s
    can_be_asked = csms.is_signed or csms.run.sut.profiles.remote_trigger is True
    trigger = "ExtendedTriggerMessage" if csms.is_signed else "TriggerMessage"
    told = "SignedFirmwareStatusNotification" if csms.is_signed else "FirmwareStatusNotification"
    while csms.is_updating and loop.time() < deadline:
        await csms.is_there(deadline - loop.time())
        if can_be_asked:
            await csms.sends(trigger, requestedMessage="FirmwareStatusNotification")
            if await csms.may_receive(told, status="Idle"):
                csms.is_updating = False
        await csms.until(lambda: not csms.is_updating or not csms.bay.is_connected, timeouts.message_s)
    if csms.is_updating:
        raise HarnessError("the station has not said how the update ended")


async def _stops(csms: Csms, transaction: int) -> None:
    timeouts = csms.run.sut.timeouts
    for _ in range(_TRIES):
        answer = await csms.sends("RemoteStopTransaction", transactionId=transaction)
        seconds = timeouts.message_s if answer.payload.get("status") == "Accepted" else timeouts.quiet_s
        if await csms.until(lambda: transaction not in csms.transactions, seconds):
            return
    raise HarnessError("it goes on")


async def _unlocks(csms: Csms, connector: int) -> None:
    """A cable whose vehicle is gone may be locked still; then nobody could take it out."""
    await csms.sends("UnlockConnector", connectorId=connector)


async def _cancels(csms: Csms, reservation: int) -> None:
    await csms.sends("CancelReservation", reservationId=reservation)  # Rejected: it is over already


async def _clears(csms: Csms, profile: int | None) -> None:
    members: dict[str, Any] = {} if profile is None else {"id": profile}
    await csms.sends("ClearChargingProfile", **members)


async def _operative(csms: Csms, connector: int) -> None:
    """In use again, and what it is now was told: whoever was let in before may still be waited for."""
    await csms.sends("ChangeAvailability", connectorId=connector, type="Operative")
    await csms.until(lambda: csms.statuses.get(connector) != _UNUSED, csms.run.sut.timeouts.message_s)


async def _empties(csms: Csms) -> None:
    await csms.sends("SendLocalList", listVersion=1, updateType="Full", localAuthorizationList=[])


async def _configures(csms: Csms, key: str) -> None:
    found = (csms.stand.found or {}).get(key)
    if found is None or found[0] is None:
        raise HarnessError("its value before the run is not known")
    answer = await csms.sends("ChangeConfiguration", key=key, value=found[0])
    if answer.payload.get("status") not in ("Accepted", "RebootRequired"):
        raise HarnessError(f"{found[0]} was answered with {answer.payload.get('status')}")


async def _inoperative(csms: Csms, connector: int) -> None:
    """Whoever was let in there is sent away."""
    await csms.sends("ChangeAvailability", connectorId=connector, type="Inoperative")


async def _settles(csms: Csms) -> bool:
    """Wait until every connector that said otherwise is ready again; one that is not is put out of use for a moment.

    Gives whether they are.
    """
    if await csms.until(lambda: not _busy(csms), csms.run.sut.timeouts.message_s + _patience(csms)):
        return True
    for connector in filter(None, _busy(csms)):
        for change in (_inoperative, _operative):
            await _tried(csms, f"a connector {connector} that is ready", partial(change, csms, connector))
    return await csms.until(lambda: not _busy(csms), csms.run.sut.timeouts.message_s)


def _patience(csms: Csms) -> float:
    """Seconds that a card, or a remote start, may be waited with: as a case has set it, or as the station was found."""
    found = (csms.stand.found or {}).get("ConnectionTimeOut")
    text = "" if found is None or found[0] is None else found[0].strip()
    known = min(int(text), csms.run.sut.timeouts.long_s) if text.isdecimal() else 0
    return max(known, csms.run.sut.keys.connection_timeout_s)


def _busy(csms: Csms) -> dict[int, str]:
    return {connector: status for connector, status in csms.statuses.items() if status not in _READY}


def _told(busy: dict[int, str]) -> str:
    return ", ".join(f"connector {number} is {status}" for number, status in busy.items())


async def _restarts(csms: Csms) -> None:
    """What a failed case has left half done, such as a card that waits for its cable, ends with a restart."""
    busy, timeouts = _told(_busy(csms)), csms.run.sut.timeouts
    answer = await csms.sends("Reset", type="Soft")
    if answer.payload.get("status") != "Accepted":
        raise HarnessError(f"{busy}, and Reset is answered with {answer.payload.get('status')}")
    await csms.is_left(within=timeouts.long_s)
    await csms.connects(within=timeouts.reboot_s)
    if not await csms.until(lambda: not _busy(csms), timeouts.reboot_s):
        raise HarnessError(f"{_told(_busy(csms))}, also after a restart")
    csms.run.note(f"{busy}, so the station was restarted")
