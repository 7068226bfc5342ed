"""The station of OCPP 1.6 that a case speaks through: what it remembers of what it said, and how it ends it."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final, cast

from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, HarnessError
from harness.peers.counterpart import Request, now
from harness.peers.station import PlayedStation
from harness.v16.csms.frames import left_open
from harness.v16.csms.responder import Responder
from ocppj.frames import CallResult
from ocppj.session.session import Exchange, Seen

_CHARGING: Final = ("Authorize", "StartTransaction")
_TRIGGERS: Final = ("TriggerMessage", "ExtendedTriggerMessage")
_NOBODY_ANSWERS: Final = ("silence", "closed")
_ENDS: Final[Mapping[str, Mapping[str, str]]] = {
    "DiagnosticsStatusNotification": {"Uploading": "UploadFailed"},
    "FirmwareStatusNotification": {
        "Downloading": "DownloadFailed",
        "Downloaded": "InstallationFailed",
        "Installing": "InstallationFailed",
    },
    "SignedFirmwareStatusNotification": {
        "Downloading": "DownloadFailed",
        "Downloaded": "InstallationFailed",
        "SignatureVerified": "InstallationFailed",
        "Installing": "InstallationFailed",
        "InstallRebooting": "InstallationFailed",
    },
    "LogStatusNotification": {"Uploading": "UploadFailure"},
}
"""A job that was begun and reported -> what ends it, so that no later case meets a station that is still at it."""

METER: Final = 12_000
"""Watt-hours on the meter of a station at the beginning of a case: a meter is 0 only in the factory."""


class Station(PlayedStation):
    """A simulated charge point under the control of a case."""

    def __init__(self, run: CaseRun) -> None:
        super().__init__(run)
        self.connectors = run.lane.connectors
        self.statuses: dict[int, str] = dict.fromkeys(range(run.lane.connectors + 1), "Available")
        self.transactions: set[int] = set()
        self.meter = METER
        self._last: dict[str, dict[str, Any]] = {}
        self._responder = Responder(self.connectors, run.sut.keys)

    def configuration(self, request: Request) -> dict[str, Any]:
        """The answer of this station to a GetConfiguration."""
        return self._responder.get_configuration(request.payload)

    # --- what it does of its own accord ------------------------------------------------------------------------------

    def sensible(self, request: Request) -> dict[str, Any] | None:
        """The answer of the responder to a CALL that no case asked for."""
        return self._responder.answer(request.name, request.payload)

    def _has_answered(self, request: Request, members: dict[str, Any]) -> None:
        left_open.answered(self.run.left_open, self.identity, request.name, request.payload, members)

    def _has_answered_sensibly(self, request: Request, members: dict[str, Any]) -> None:
        if request.name in _TRIGGERS and members["status"] == "Accepted":
            triggered = self._responder.triggered(request.payload, lambda id: self.statuses.get(id, "Available"))
            if triggered is not None:
                self._does(self._send_triggered(*triggered))

    async def _send_triggered(self, action: str, members: dict[str, Any]) -> None:
        with suppress(CaseFailure, HarnessError):  # what the CSMS answers here is judged by the universal rules only
            await self.sends(action, **members)

    def _was_answered(self, request: Exchange, payload: Any) -> None:
        """Whatever else is wrong with the answer, and however late it comes: the CSMS has a transaction now."""
        transaction = payload.get("transactionId") if isinstance(payload, dict) else None
        if request.action == "StartTransaction" and type(transaction) is int and isinstance(request.payload, dict):
            self.transactions.add(transaction)
            left_open.started(self.run.left_open, self.identity, request.payload, transaction)

    def _was_told(self, action: str, members: dict[str, Any], seen: Seen) -> None:
        self._remember(action, members)
        self._is_free(action, members, seen)

    def _remember(self, action: str, members: dict[str, Any]) -> None:
        if action == "StatusNotification":
            self.statuses[members["connectorId"]] = members["status"]
        elif action == "StopTransaction":
            self.transactions.discard(members["transactionId"])
            left_open.stopped(self.run.left_open, members["transactionId"])
        elif action in _ENDS:
            self._last[action] = members

    def _is_free(self, action: str, members: dict[str, Any], seen: Seen) -> None:
        payload = cast("CallResult", seen.frame).payload
        if action not in _CHARGING or not isinstance(payload, dict) or not isinstance(payload.get("idTagInfo"), dict):
            return
        status = payload["idTagInfo"].get("status")
        self._charges_elsewhere(action, members["idTag"], status, seen, but=payload.get("transactionId"))

    # --- the end -----------------------------------------------------------------------------------------------------

    @property
    def has_to_end_something(self) -> bool:
        """Whether it has started a transaction and not stopped it."""
        return bool(self.transactions)

    async def comes_back(self) -> None:
        """Connect and boot again, to end what is open."""
        await self.connects()
        boot = self.run.sut.boot
        await self.sends("BootNotification", chargePointVendor=boot.vendor, chargePointModel=boot.model)

    async def _restore(self) -> None:
        await self.answers_the_rest()
        for transaction in sorted(self.transactions):
            self.run.note(f"transaction {transaction} was left running; it is stopped")
            try:
                await self.sends(
                    "StopTransaction",
                    transactionId=transaction,
                    meterStop=self.meter + 1_000,
                    timestamp=now(),
                    reason="Other",
                )
            except CaseFailure as failure:
                if failure.kind in _NOBODY_ANSWERS:
                    raise
                self._is_not_stopped(transaction, failure)
        for action, ends in _ENDS.items():
            last = self._last.get(action)
            if last is not None and last["status"] in ends:
                await self.sends(action, **{**last, "status": ends[last["status"]]})
        for connector, status in self.statuses.items():
            if status != "Available":
                await self.sends("StatusNotification", connectorId=connector, errorCode="NoError", status="Available")

    def _not_restored(self, error: Exception) -> None:
        for transaction in sorted(self.transactions):
            self._is_not_stopped(transaction, error)

    def _is_not_stopped(self, transaction: int, error: Exception) -> None:
        self.transactions.discard(transaction)
        self._is_not_ended(transaction, error)
