"""The CSMS of OCPP 1.6 that a case speaks through: what it answers, and what it has to put back at the end."""

from collections.abc import Mapping
from typing import Any, Final, cast

from harness.bay.bay import Bay
from harness.bay.stand import Stand
from harness.case.message import Message
from harness.case.run import CaseRun
from harness.peers.counterpart import Request, now
from harness.peers.csms import PlayedCsms
from harness.v16.charge_point.credentials import Changes
from ocppj.frames import CallResult
from ocppj.session.session import Exchange, Seen

_TAKEN: Final = frozenset({"Accepted", "RebootRequired", "Scheduled"})
_EMPTY: Final = frozenset(
    {
        "DiagnosticsStatusNotification",
        "FirmwareStatusNotification",
        "LogStatusNotification",
        "MeterValues",
        "SecurityEventNotification",
        "SignedFirmwareStatusNotification",
        "StatusNotification",
    }
)
"""What is answered with nothing."""
_RARE: Final = 60
"""Seconds between two heartbeats at the least: what no case is about should not come in between."""
_HEARTBEAT: Final = "HeartbeatInterval"
_LOCKS: Final = frozenset({"DeAuthorized", "EVDisconnected"})
"""Reasons of StopTransaction after which a cable may stay locked (S §9.1.33, E 3.5)."""
_UPDATE: Final = frozenset({"FirmwareStatusNotification", "SignedFirmwareStatusNotification"})
_UPDATED: Final = frozenset(
    {"DownloadFailed", "InstallVerificationFailed", "InstallationFailed", "Installed", "InvalidSignature"}
)
"""What a station says last of an update."""
_SHOWS_TAG: Final = frozenset({"Authorize", "StartTransaction", "StopTransaction"})


class Csms(PlayedCsms):
    """The back office under the control of a case.

    ``statuses``: connector -> the status that it reported last. ``transactions``: those that run, id -> connector.
    ``is_accepted``: whether the last boot was. ``is_awaited``: somebody may have been let in who has not begun to
    charge. ``may_be_locked``: a transaction has ended so that the cable may stay locked.
    ``is_updating``: firmware was ordered, and the station has not said how it ended; ``is_signed``: it has a signature.
    """

    by_itself = frozenset({"Heartbeat", "MeterValues"})

    def __init__(self, run: CaseRun, bay: Bay, stand: Stand) -> None:
        super().__init__(run, bay)
        self.stand = stand
        self.connectors = run.lane.connectors
        self.statuses: dict[int, str] = {}
        self.transactions: dict[int, int] = {}
        self.is_accepted = True
        self.is_awaited = False
        self.may_be_locked = False
        self.changed_keys: list[str] = []
        self.made_unavailable: list[int] = []
        self.profiles_set: list[int | None] = []
        self.reserved: list[int] = []
        self.list_sent = False
        self.tags_shown = False
        self.credentials = Changes(bay)
        self.is_updating = self.is_signed = False
        self._ids: dict[int | None, int] = {}
        self._started: list[Mapping[str, Any]] = []

    def begins(self) -> None:
        """The case begins; the credentials that it changes are those of the bay."""
        super().begins()
        self.credentials = Changes(self.bay)

    # --- what it answers ---------------------------------------------------------------------------------------------

    def usual(self, request: Request) -> dict[str, Any] | None:
        """What a CSMS says that knows the tags of the run and has nothing to say against anything."""
        payload = request.payload if isinstance(request.payload, dict) else {}
        action = request.name
        if action in _EMPTY:
            return {}
        if action == "BootNotification":
            return {"status": "Accepted", "currentTime": now(), "interval": self._usual_heartbeat}
        if action == "Heartbeat":
            return {"currentTime": now()}
        if action == "Authorize":
            return {"idTagInfo": self.tag_info(payload.get("idTag"))}
        if action == "StartTransaction":
            return {"idTagInfo": self.tag_info(payload.get("idTag")), "transactionId": self.bay.next_transaction()}
        if action == "StopTransaction":
            tag = payload.get("idTag")
            return {} if tag is None else {"idTagInfo": self.tag_info(tag)}
        if action == "DataTransfer":
            return {"status": "UnknownVendorId"}
        if action == "SignCertificate":
            return {"status": "Rejected"}
        return None

    @property
    def _usual_heartbeat(self) -> int:
        return max(self.run.sut.keys.heartbeat_s, _RARE)

    def tag_info(self, tag: object) -> dict[str, Any]:
        """What this CSMS knows of a tag: idTagInfo (S §7.8)."""
        tags = self.run.tags
        known = {
            str(name).casefold(): status
            for name, status in (
                (tags.valid, "Accepted"),
                (tags.valid_2, "Accepted"),
                (tags.concurrent, "Accepted"),
                (tags.expired, "Expired"),
                (tags.blocked, "Blocked"),
            )
            if name is not None
        }
        return {"status": known.get(str(tag).casefold(), "Invalid")}

    def transaction_of(self, started: Message) -> int:
        """The id that a StartTransaction was answered with."""
        return self._ids[started.seen.seq]

    async def has_reported(self) -> bool:
        """Wait until the station has told the status of every connector; whether it has."""
        return await self.until(lambda: len(self.bay.reported) > self.connectors, self.run.sut.timeouts.message_s)

    # --- what it remembers -------------------------------------------------------------------------------------------

    def _has_answered(self, request: Request, members: dict[str, Any]) -> None:
        self._remember_call(request, members)

    def _has_answered_sensibly(self, request: Request, members: dict[str, Any]) -> None:
        self._remember_call(request, members)

    def shown(self) -> None:
        """A card was held to the reader, or the station has a remote start to carry out."""
        self.is_awaited = self.tags_shown = True

    def _remember_call(self, request: Request, answer: dict[str, Any]) -> None:
        payload = request.payload if isinstance(request.payload, dict) else {}
        if request.name in _SHOWS_TAG:
            self.tags_shown = True
        if request.name == "BootNotification":
            names = (payload.get("chargePointSerialNumber"), payload.get("chargeBoxSerialNumber"))
            self.bay.serials.update(name for name in names if isinstance(name, str) and name)
        if request.name == "StatusNotification" and isinstance(payload.get("connectorId"), int):
            self._remember_status(payload["connectorId"], str(payload.get("status")))
        elif request.name in _UPDATE and payload.get("status") in _UPDATED:
            self.is_updating = False
        elif request.name == "Authorize":
            self.is_awaited = answer["idTagInfo"]["status"] == "Accepted"
        elif request.name == "StartTransaction":
            self.is_awaited = False
            self._ids[request.seen.seq] = answer["transactionId"]
            self._looks_for_another(payload)
            self.may_be_locked = self.may_be_locked or answer["idTagInfo"]["status"] != "Accepted"
            self.transactions[answer["transactionId"]] = payload.get("connectorId", 0)
        elif request.name == "StopTransaction":
            self.is_awaited = False
            self.may_be_locked = self.may_be_locked or payload.get("reason") in _LOCKS
            self.transactions.pop(payload.get("transactionId", 0), None)
        elif request.name == "BootNotification":
            self._remember_boot(answer)

    def _remember_status(self, connector: int, status: str) -> None:
        self.bay.reported.add(connector)
        if status == "Available" and self.statuses.get(connector) == "Preparing":
            self.is_awaited = False
        self.statuses[connector] = status

    def _remember_boot(self, answer: dict[str, Any]) -> None:
        self.bay.has_booted = True
        self.is_accepted = answer["status"] == "Accepted"
        if self.is_accepted and answer["interval"] != self._usual_heartbeat:
            self.changed_keys.append(_HEARTBEAT)  # which it overwrites (S §4.2)

    def _was_answered(self, request: Exchange, payload: Any) -> None:
        if isinstance(payload, dict) and isinstance(request.payload, dict):
            self.credentials.answered(request.action, request.payload, payload.get("status"))

    def _looks_for_another(self, started: Mapping[str, Any]) -> None:
        """A connector has one transaction at a time; what is sent again because it was not answered is the same."""
        connector = started.get("connectorId")
        if connector in self.transactions.values() and started not in self._started:
            self._remarks("TX-TWICE", f"connector {connector} begins a transaction while another one goes on there")
        self._started.append(started)

    def _was_told(self, action: str, members: dict[str, Any], seen: Seen) -> None:
        payload = cast("CallResult", seen.frame).payload
        status = payload.get("status") if isinstance(payload, dict) else None
        if status in _TAKEN:
            self._remember_taken(action, members)
        elif action == "UpdateFirmware":  # its answer has no status to refuse by
            self.is_updating, self.is_signed = True, False

    def _remember_taken(self, action: str, members: Mapping[str, Any]) -> None:
        """Something was changed in the station that is to be put back."""
        if action == "ChangeConfiguration":
            self.changed_keys.append(members["key"])
        elif action == "RemoteStartTransaction":
            self.shown()
        elif action == "ChangeAvailability":
            connector = members["connectorId"]
            self.made_unavailable = [one for one in self.made_unavailable if one != connector]
            if members["type"] == "Inoperative":
                self.made_unavailable.append(connector)
        elif action == "SetChargingProfile":
            self.profiles_set.append(members["csChargingProfiles"]["chargingProfileId"])
        elif action == "ReserveNow":
            self.reserved.append(members["reservationId"])
        elif action == "SendLocalList":
            self.list_sent = True
        elif action == "SignedUpdateFirmware":
            self.is_updating = self.is_signed = True
