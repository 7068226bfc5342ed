"""The station of OCPP 2.0.1 that a case speaks through: what it remembers of what it said, and how it ends it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Final, cast
from uuid import uuid4

from harness.case.message import Message
from harness.case.run import CaseRun
from harness.case.verdicts import CaseFailure, HarnessError
from harness.peers.counterpart import Request
from harness.peers.station import PlayedStation
from harness.v201.csms import left_open
from harness.v201.csms.responder import Responder
from ocppj.frames import CallResult
from ocppj.session.session import Seen
from ocppj.times import timestamp

METER: Final = 12_000
"""Watt-hours on the meter of a station at the beginning of a case: a meter is 0 only in the factory."""
CHARGED: Final = 250
"""Watt-hours from one meter value to the next."""
_NOBODY_ANSWERS: Final = ("silence", "closed")


class Transaction:
    """A transaction of the station, which has given it its id (E01). ``seq_no`` is that of the next event."""

    def __init__(self, id: str | None = None, seq_no: int = 0) -> None:
        self.id = str(uuid4()) if id is None else id
        self.seq_no = seq_no


class Station(PlayedStation):
    """A simulated charging station under the control of a case, with one transaction at a time.

    Its transactions begin with EVConnected or Authorized, whatever comes first, and end with EVConnected (TxStartPoint,
    TxStopPoint). ``behind`` is how many seconds ago that is which it tells: a case does not wait for time to pass.
    """

    def __init__(self, run: CaseRun) -> None:
        super().__init__(run)
        self.evse = run.sut.answer("run.evse_id")
        self.connector = run.sut.run.connector_id
        places = [(evse + 1, number + 1) for evse in range(run.lane.connectors) for number in range(self.connector)]
        self.statuses: dict[tuple[int, int], str] = dict.fromkeys(places, "Available")
        self.transaction: Transaction | None = None
        self.left: list[Transaction] = []
        """What other cases have left running."""
        self.meter = METER
        self.behind = 0.0
        self._responder = Responder(run.sut.keys)

    @property
    def is_plugged_in(self) -> bool:
        """Whether an EV is connected."""
        return self.statuses.get((self.evse, self.connector)) == "Occupied"

    @property
    def place(self) -> dict[str, int]:
        """The connector that the cases use, as an EVSEType."""
        return {"id": self.evse, "connectorId": self.connector}

    @property
    def transaction_id(self) -> str:
        """The id of the transaction that runs. Raises ``HarnessError`` when none does."""
        if self.transaction is None:
            raise HarnessError(f"no transaction runs at station {self.identity}")
        return self.transaction.id

    def time(self) -> str:
        """The time as the station tells it: UTC with Z, milliseconds."""
        return timestamp(datetime.now(UTC) - timedelta(seconds=self.behind))

    def variables(self, request: Request) -> dict[str, Any]:
        """The answer of this station to a GetVariables or SetVariables."""
        return cast("dict[str, Any]", self._responder.answer(request.name, request.payload))

    async def tells(
        self,
        triggerReason: str,
        *,
        rule: str | None = None,
        eventType: str | None = None,
        info: dict[str, Any] | None = None,
        **members: Any,
    ) -> Message:
        """A TransactionEvent of the transaction that runs; where none does, one begins (E01 to E06).

        ``eventType``: if not given, Started for the first one, else Updated. ``info``: members of transactionInfo.
        """
        running, self.transaction = self.transaction, self.transaction or Transaction()
        transaction = self.transaction
        number, transaction.seq_no = transaction.seq_no, transaction.seq_no + 1
        return await self.sends(
            "TransactionEvent",
            rule=rule,
            eventType=eventType or ("Started" if running is None else "Updated"),
            timestamp=self.time(),
            triggerReason=triggerReason,
            seqNo=number,
            transactionInfo={"transactionId": transaction.id, **(info or {})},
            **members,
        )

    # --- what it does of its own accord ------------------------------------------------------------------------------

    def sensible(self, request: Request) -> dict[str, Any] | None:
        """The answer of the responder to a CALL that no case asked for."""
        return self._responder.answer(request.name, request.payload)

    def _has_answered(self, request: Request, members: dict[str, Any]) -> None:
        left_open.answered(self.run.left_open, self.identity, request.name, request.payload, members)

    def _has_answered_sensibly(self, request: Request, members: dict[str, Any]) -> None:
        if request.name == "TriggerMessage" and members["status"] == "Accepted":
            triggered = self._responder.triggered(request.payload, self.statuses)
            if triggered is not None:
                self._does(self._send_triggered(*triggered))

    async def _send_triggered(self, action: str, members: dict[str, Any]) -> None:
        timed = {} if action == "Heartbeat" else {"timestamp": self.time()}
        with suppress(CaseFailure, HarnessError):  # what the CSMS answers here is judged by the universal rules only
            await self.sends(action, **members, **timed)

    def _was_told(self, action: str, members: dict[str, Any], seen: Seen) -> None:
        if action == "StatusNotification":
            self.statuses[members["evseId"], members["connectorId"]] = members["connectorStatus"]
        elif action == "TransactionEvent":
            left_open.told(self.run.left_open, self.identity, members)
            if members["eventType"] == "Ended":
                self.transaction = None
        if "idToken" in members:
            self._is_free(action, members, seen)

    def _is_free(self, action: str, members: dict[str, Any], seen: Seen) -> None:
        payload = cast("CallResult", seen.frame).payload
        info = payload.get("idTokenInfo") if isinstance(payload, dict) else None
        status = info.get("status") if isinstance(info, dict) else None
        running = None if self.transaction is None else self.transaction.id
        self._charges_elsewhere(action, members["idToken"]["idToken"], status, seen, but=running)

    # --- the end -----------------------------------------------------------------------------------------------------

    @property
    def has_to_end_something(self) -> bool:
        """Whether a transaction runs."""
        return bool(self._running)

    @property
    def _running(self) -> list[Transaction]:
        return [*self.left, *([] if self.transaction is None else [self.transaction])]

    async def comes_back(self) -> None:
        """Connect and boot again, to end what is open."""
        await self.connects()
        boot = self.run.sut.boot
        station = {"model": boot.model, "vendorName": boot.vendor}
        await self.sends("BootNotification", reason="PowerUp", chargingStation=station)

    async def _restore(self) -> None:
        await self.answers_the_rest()
        self.behind = 0.0
        for transaction in self._running:
            self.run.note(f"transaction {transaction.id} was left running; it is ended")
            self.transaction = transaction
            try:
                await self.tells("AbnormalCondition", eventType="Ended", info={"stoppedReason": "Other"})
            except CaseFailure as failure:
                if failure.kind in _NOBODY_ANSWERS:
                    raise
                self._is_not_ended(transaction.id, failure)
        self.left, self.transaction = [], None
        for (evse, connector), status in self.statuses.items():
            if status != "Available":
                await self.sends(
                    "StatusNotification",
                    timestamp=self.time(),
                    connectorStatus="Available",
                    evseId=evse,
                    connectorId=connector,
                )

    def _not_restored(self, error: Exception) -> None:
        for transaction in self._running:
            self._is_not_ended(transaction.id, error)
        self.left, self.transaction = [], None
