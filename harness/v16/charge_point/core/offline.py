"""A station without its CSMS: which tags it lets in, and transactions that are told later (OCPP 1.6 §3.5, §3.7)."""

from __future__ import annotations

from typing import Any, Final

from harness.peers.driving import EvDriver
from harness.v16.charge_point import states
from harness.v16.charge_point.csms import Csms
from harness.v16.charge_point.states import Charging
from ocppj.matchers import MISSING, one_of

LOCAL: Final = ("Local", MISSING)
"""The reasons of a transaction that a driver stops at the station: Local is what a missing one means (S §4.10)."""
STOPPED_LOCALLY: Final = one_of(*LOCAL)
_IF_THERE: Final = ("LocalAuthListEnabled", "AuthorizationCacheEnabled", "AllowOfflineTxForUnknownId")
_ABOUT_TAGS: Final = ("Authorize", "StartTransaction", "StopTransaction")


async def knows(csms: Csms, driver: EvDriver, connector: int, tag: str) -> None:
    """IdTagLocalAuthList and IdTagCached, as far as the station has them: it takes the tag for accepted when offline.

    It may start transactions then. Whatever the CSMS says of the tag afterwards is for the case to lay down.
    """
    keys = {key: "true" for key in _IF_THERE if await states.supports(csms, key)}
    await states.configures(csms, LocalAuthorizeOffline="true", **keys)
    if "LocalAuthListEnabled" in keys and csms.run.sut.claimed("profiles.local_auth_list"):
        await _lists(csms, tag)
    if "AuthorizationCacheEnabled" in keys and csms.run.sut.claimed("features.auth_cache"):
        await _caches(csms, driver, connector, tag)


async def _lists(csms: Csms, tag: str) -> None:
    entry: dict[str, Any] = {"idTag": tag, "idTagInfo": {"status": "Accepted"}}
    answer = await csms.sends("SendLocalList", listVersion=1, updateType="Full", localAuthorizationList=[entry])
    answer.shows(status="Accepted")


async def _caches(csms: Csms, driver: EvDriver, connector: int, tag: str) -> None:
    for action in _ABOUT_TAGS:
        csms.answers(action, idTagInfo={"status": "Accepted"})
    charging = await states.charge(csms, driver, connector, tag)
    if csms.run.sut.claimed("hardware.local_stop"):
        await states.stop_with_card(csms, driver, charging)
    else:
        await _stops_from_afar(csms, driver, charging)


async def _stops_from_afar(csms: Csms, driver: EvDriver, charging: Charging) -> None:
    answer = await csms.sends("RemoteStopTransaction", transactionId=charging.transactionId)
    answer.shows(status="Accepted")
    await csms.receives("StopTransaction", transactionId=charging.transactionId)
    await csms.receives("StatusNotification", connectorId=charging.connectorId, status="Finishing")
    await driver.unplug(charging.connectorId)
    await csms.receives("StatusNotification", connectorId=charging.connectorId, status="Available")


def says(csms: Csms, status: str) -> None:
    """From now on the CSMS says this of every tag."""
    for action in _ABOUT_TAGS:
        csms.answers(action, idTagInfo={"status": status})
