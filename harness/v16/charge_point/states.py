"""The reusable states of the catalogue for a charge point: what has to be true before a case begins (OCPP 1.6).

Each one is a short conversation. As a fixture it is the preamble of a case: it folds in the failure text, and when it
breaks, the verdict is ERROR, because another case judges it. Called from a case, with ``rule``, it is judged itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from harness.case.message import Message
from harness.case.verdicts import Inconclusive
from harness.peers.driving import EvDriver
from harness.v16.charge_point.csms import Csms
from harness.v16.payloads import entries, later

_DURATION: Final = "MinimumStatusDuration"

_NOT_DONE: Final = {
    "AllowOfflineTxForUnknownId": "false",
    "ClockAlignedDataInterval": "0",
    "LocalPreAuthorize": "false",
    "MinimumStatusDuration": "0",
}
"""Keys that switch something on, and their value without it: a station that lacks the key lacks what it is for."""

_ENERGY: Final = frozenset({"Charging", "SuspendedEV", "SuspendedEVSE"})
"""What a connector is while a transaction runs there."""

Configuration = dict[str, tuple[str | None, bool]]


class Charging(msgspec.Struct, frozen=True):
    """A running transaction."""

    transactionId: int
    idTag: str
    connectorId: int


async def booted(csms: Csms) -> None:
    """A station that has just connected says so and reports its connectors; one that was here is left alone.

    It may have connected at the end of the case before. Some stations send no BootNotification when only their
    connection was lost, so nothing is insisted on, and it is waited for once.
    """
    if not csms.bay.is_settled:
        csms.bay.is_settled = True
        await csms.until(lambda: csms.bay.has_booted, csms.run.sut.timeouts.message_s)
        await csms.has_reported()


async def configuration(csms: Csms, *keys: str) -> Configuration:
    """GetConfiguration: key -> value and whether it is read-only, of all keys or of these."""
    wanted: dict[str, Any] = {"key": list(keys)} if keys else {}
    answer = await csms.sends("GetConfiguration", **wanted)
    entries = answer.payload.get("configurationKey") if isinstance(answer.payload, dict) else None
    known: Configuration = {}
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("key"), str):
            known[entry["key"]] = (entry.get("value"), entry.get("readonly") is True)
    return known


async def configures(csms: Csms, **keys: str) -> None:
    """Set configuration keys, as the case has them; a key that has its value already is left alone.

    What the station does not take leaves the case without its ground: it is not judged.
    """
    found = csms.stand.found or {}
    for key, value in keys.items():
        known = found.get(key)
        changed = key in csms.changed_keys
        if known is not None and not changed and known[0] is not None and known[0].casefold() == value.casefold():
            continue
        answer = await csms.sends("ChangeConfiguration", key=key, value=value)
        status = answer.payload.get("status")
        if status == "NotSupported" and _NOT_DONE.get(key) == value.casefold():
            csms.run.note(f"the station has no {key}, so it is as with {value}")
        elif status not in ("Accepted", "RebootRequired"):
            raise Inconclusive(f"the case wants {key} = {value}, and the station answers {status}")


async def reports_slowly(csms: Csms) -> float:
    """A status is only reported when it has lasted, if the station can do so; the seconds in which one has come.

    It lasts 10 s in the catalogue. It has to be shorter than a cable or a card is waited for, or it is never reported.
    """
    seconds = 0
    if await supports(csms, _DURATION):
        seconds = max(1, min(10, csms.run.sut.keys.connection_timeout_s // 2))
        await configures(csms, **{_DURATION: str(seconds)})
    return seconds + csms.run.sut.request_s


async def supports(csms: Csms, key: str) -> bool:
    """Whether the station has a configuration key."""
    if csms.stand.found is None:
        csms.stand.found = await configuration(csms)
    return key in csms.stand.found


async def asks_on_remote_start(csms: Csms, *, rule: str | None = None) -> bool:
    """GetConfiguration AuthorizeRemoteTxRequests: whether the station asks for the tag of a remote start (S §9.1.2)."""
    key = "AuthorizeRemoteTxRequests"
    answer = await csms.sends("GetConfiguration", key=[key])
    answer.shows(rule=rule, configurationKey=[{"key": key}])
    return str(answer["configurationKey"][0].get("value")).lower() == "true"


async def has_to_ask(csms: Csms) -> None:
    """AuthorizeRemoteTxRequests is true, if the station has the key."""
    if await supports(csms, "AuthorizeRemoteTxRequests"):
        await configures(csms, AuthorizeRemoteTxRequests="true")


async def status(
    csms: Csms,
    connector: int,
    status: Any,
    *,
    rule: str | None = None,
    rules: tuple[str, str] | None = None,
    within: float | None = None,
) -> Message:
    """StatusNotification: ``rules`` are those of connectorId and of status, ``rule`` is one for both."""
    own = {} if rules is None else {"connectorId": rules[0], "status": rules[1]}
    return await csms.receives(
        "StatusNotification", rule=rule, rules=own, within=within, connectorId=connector, status=status
    )


async def reboots(csms: Csms, *, rule: str | None = None) -> Message:
    """BootNotification after a reset or an outage."""
    return await csms.receives("BootNotification", rule=rule, within=csms.run.sut.timeouts.reboot_s)


async def may_reboot(csms: Csms) -> Message | None:
    """BootNotification after a soft reset, which need not be a boot."""
    return await csms.may_receive("BootNotification", within=csms.run.sut.timeouts.reboot_s)


async def unpaid(csms: Csms, *, stops: bool) -> None:
    """A transaction that the CSMS does not accept ends at once (``stops``), or goes on without any energy (S §9.1.28).

    What a station may let the vehicle have all the same is none, where it has a key for that (S §9.1.13).
    """
    keys = {"MaxEnergyOnInvalidId": "0"} if await supports(csms, "MaxEnergyOnInvalidId") else {}
    await configures(csms, StopTransactionOnInvalidId=str(stops).lower(), **keys)


async def shown_offline(csms: Csms, driver: EvDriver, connector: int, tag: str) -> None:
    """The network is lost, somebody plugs in and shows a card, and the network is back."""
    await csms.goes_away()
    await driver.plug_in(connector)
    await driver.present(tag, connector)
    csms.comes_back()
    await csms.connects()


async def restarts(csms: Csms) -> Message:
    """A hard reset: the station boots and reports its connectors. Gives its BootNotification."""
    answer = await csms.sends("Reset", type="Hard")
    answer.shows(status="Accepted")
    boot = await reboots(csms)
    csms.looks_from(boot)
    for connector in range(1, csms.connectors + 1):
        await csms.awaits("StatusNotification", connectorId=connector)
    return boot


async def reports(
    csms: Csms, boot: Message, statuses: Any, *, rule: str, own: Mapping[int, str] | None = None
) -> list[Message]:
    """StatusNotification of connector 0 and of every connector after a boot, each one of these statuses.

    ``own`` are rules for single connectors; what came before the boot is looked at no more.
    """
    csms.looks_from(boot)
    rules = own or {}
    return [
        await status(csms, connector, statuses, rule=rules.get(connector, rule))
        for connector in range(csms.connectors + 1)
    ]


async def occupied(csms: Csms, driver: EvDriver, connector: int) -> None:
    """SetConnectorOccupied: the cable is in, the connector is Preparing."""
    await driver.plug_in(connector)
    await csms.receives("StatusNotification", connectorId=connector, status="Preparing")


async def authorized(csms: Csms, driver: EvDriver, connector: int, tag: str, *, rule: str | None = None) -> Message:
    """Authorized: a valid card was shown, and the connector is Preparing (``rule`` is about that); gives its status."""
    await driver.present(tag, connector)
    await csms.receives("Authorize", idTag=tag)
    return await status(csms, connector, "Preparing", rule=rule)


async def charge(
    csms: Csms, driver: EvDriver, connector: int, tag: str, *, plugged: bool = False, **members: Any
) -> Charging:
    """Charging: the cable is in, and a remote start has begun a transaction. ``members`` are more of its CALL."""
    if not plugged:
        await occupied(csms, driver, connector)
    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tag, **members)
    answer.shows(status="Accepted")
    started = await csms.receives("StartTransaction", connectorId=connector, idTag=tag)
    await csms.receives("StatusNotification", connectorId=connector, status="Charging")
    return Charging(csms.transaction_of(started), tag, connector)


async def unavailable(csms: Csms, connector: int) -> None:
    """SetConnectorUnavailable; 0 is SetChargePointUnavailable."""
    answer = await csms.sends("ChangeAvailability", connectorId=connector, type="Inoperative")
    answer.shows(status="Accepted")
    for one in range(csms.connectors + 1) if connector == 0 else (connector,):
        await csms.receives("StatusNotification", connectorId=one, status="Unavailable")


async def others_unavailable(csms: Csms, connector: int) -> None:
    """Every connector but this one is out of use, so that what is asked of the station can only be about this one."""
    for one in range(1, csms.connectors + 1):
        if one != connector:
            await unavailable(csms, one)


async def alone_at_reader(csms: Csms, connector: int) -> None:
    """Where a card might be meant for another connector, the others are out of use."""
    if csms.run.sut.hardware.rfid_readers != "one_per_connector":
        await others_unavailable(csms, connector)


async def faulted(csms: Csms, driver: EvDriver, connector: int) -> None:
    """SetConnectorFaulted; 0 is SetChargePointFaulted."""
    await driver.raise_fault(connector)
    for one in range(csms.connectors + 1) if connector == 0 else (connector,):
        await csms.receives("StatusNotification", connectorId=one, status="Faulted")


async def reserve(
    csms: Csms,
    connector: int,
    tag: str,
    *,
    shown_at: int | None = None,
    rules: tuple[str, str, str] | None = None,
    **members: Any,
) -> int:
    """Reserved: a reservation of this connector for a tag; gives its id.

    Connector 0 is any one, and ``shown_at`` the one that is kept free. ``rules`` are those of the answer, of Reserved,
    and of the connectorId of that.
    """
    taken, told, where = rules or (None, "", "")
    wanted = reservation(csms, connector, tag, **members)
    answer = await csms.sends("ReserveNow", rule=taken, **wanted)
    answer.shows(rule=taken, status="Accepted")
    await csms.receives(
        "StatusNotification",
        rules={"status": told, "connectorId": where} if rules else None,
        status="Reserved",
        connectorId=connector if shown_at is None else shown_at,
    )
    return int(wanted["reservationId"])


def reservation(csms: Csms, connector: int, tag: str, **members: Any) -> dict[str, Any]:
    """A ReserveNow with an id of its own that outlasts the case, however slow it is; ``members`` may end it sooner."""
    return {
        "connectorId": connector,
        "expiryDate": later(csms.run.sut.keys.reservation_offset_s + csms.run.sut.timeouts.long_s),
        "idTag": tag,
        "reservationId": csms.bay.next_transaction(),
        **members,
    }


async def stop_with_card(csms: Csms, driver: EvDriver, charging: Charging) -> Message:
    """The card that started is shown again, and the cable comes out: StopTransaction, Finishing, Available."""
    await driver.present(charging.idTag, charging.connectorId)
    stopped = await csms.receives("StopTransaction", transactionId=charging.transactionId)
    await csms.receives("StatusNotification", connectorId=charging.connectorId, status="Finishing")
    await driver.unplug(charging.connectorId)
    await csms.receives("StatusNotification", connectorId=charging.connectorId, status="Available")
    return stopped


async def stops_and_leaves(csms: Csms, driver: EvDriver, connector: int, *, rule: str | None = None) -> Message:
    """The CSMS stops what runs at a connector, and the cable comes out: Available, which ``rule`` is about.

    Gives the StopTransaction.
    """
    if csms.statuses.get(connector) not in _ENERGY:  # when it charges, it knows the id of the transaction
        await csms.awaits("StatusNotification", connectorId=connector, status="Charging")
    transaction = next(running for running, at in csms.transactions.items() if at == connector)
    answer = await csms.sends("RemoteStopTransaction", transactionId=transaction)
    answer.shows(status="Accepted")
    stopped = await csms.receives("StopTransaction", transactionId=transaction)
    await driver.unplug(connector)
    await status(csms, connector, "Available", rule=rule)
    return stopped


async def only_the_list_decides(csms: Csms) -> None:
    """The local list is looked at before the CSMS is asked, and no cache that could know the tag, too."""
    await configures(csms, LocalPreAuthorize="true", LocalAuthListEnabled="true")
    if await supports(csms, "AuthorizationCacheEnabled"):
        await configures(csms, AuthorizationCacheEnabled="false")


async def listed(csms: Csms, *tags: str, rule: str | None = None) -> int:
    """A whole list of these tags, all of them accepted; gives its version, one above that of the list before it."""
    return await lists(csms, entries(*tags), rule=rule)


async def lists(csms: Csms, whole: list[dict[str, Any]], *, rule: str | None = None) -> int:
    """A whole list of these entries; gives its version, one above that of the list before it."""
    before = (await csms.sends("GetLocalListVersion"))["listVersion"]
    version = max(before if isinstance(before, int) else 0, 0) + 1
    answer = await csms.sends(
        "SendLocalList", rule=rule, listVersion=version, updateType="Full", localAuthorizationList=whole
    )
    answer.shows(rule=rule, status="Accepted")
    return version
