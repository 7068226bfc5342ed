"""A plain back office on `ocpp.v16.ChargePoint`: it authorizes known tags and keeps everything in memory.

It knows nothing of plugproof and of its cases, and adds nothing to what the library does with frames: what is not
parsed, validated or answered by the library stays that way.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from secrets import randbelow
from typing import Any

from ocpp.routing import on
from ocpp.v16 import ChargePoint, call_result
from ocpp.v16.datatypes import IdTagInfo
from ocpp.v16.enums import Action, AuthorizationStatus, DataTransferStatus, RegistrationStatus

HEARTBEAT_SECONDS = 300
ANSWER_SECONDS = 15
"""How long a station may take to answer."""
LARGEST_INTEGER = 2**31 - 1


def now() -> str:
    """The time as Python writes it: UTC with an offset, microseconds."""
    return datetime.now(UTC).isoformat()


@dataclass(frozen=True)
class Tag:
    """An idTag that was issued; `expiry_date` is RFC 3339."""

    id_tag: str
    parent: str | None = None
    expiry_date: str | None = None
    blocked: bool = False

    def info(self) -> IdTagInfo:
        """What this tag may do at this moment."""
        status = AuthorizationStatus.accepted
        if self.blocked:
            status = AuthorizationStatus.blocked
        elif self.expiry_date is not None and datetime.fromisoformat(self.expiry_date) <= datetime.now(UTC):
            status = AuthorizationStatus.expired
        return IdTagInfo(status, parent_id_tag=self.parent, expiry_date=self.expiry_date)


@dataclass
class Transaction:
    """A charging session; meter readings in watt-hours."""

    id: int
    station: str
    connector_id: int
    id_tag: str
    meter_start: int
    started: str
    meter_stop: int | None = None
    stopped: str | None = None
    meter_values: list[Any] = field(default_factory=list)


class BackOffice:
    """What outlives a connection: tags, transactions, reservations, versions of local lists; and who is connected."""

    def __init__(self, *tags: Tag) -> None:
        self._tags = {tag.id_tag.lower(): tag for tag in tags}
        self._transaction_ids = count(1)
        self.transactions: dict[int, Transaction] = {}
        self.reservations: dict[int, str] = {}  # id -> station
        self.list_versions: dict[str, int] = {}  # station -> version of its list
        self.connected: dict[str, RemoteStation] = {}

    def authorize(self, id_tag: str) -> IdTagInfo:
        """What a tag may do; it is the same tag in capital and in small letters."""
        tag = self._tags.get(id_tag.lower())
        return IdTagInfo(AuthorizationStatus.invalid) if tag is None else tag.info()

    def begin(self, station: str, connector_id: int, id_tag: str, meter_start: int, started: str) -> Transaction:
        """Book the start of a transaction under a new id."""
        id = next(self._transaction_ids)
        transaction = Transaction(id, station, connector_id, id_tag, meter_start, started)
        self.transactions[id] = transaction
        return transaction

    def reserve(self, station: str) -> int:
        """Book a reservation; its id is drawn, so that it says nothing about how many there are."""
        id = randbelow(LARGEST_INTEGER) + 1
        self.reservations[id] = station
        return id


class RemoteStation(ChargePoint):
    """A station at the other end of a connection: one handler for each message it may send."""

    def __init__(self, id: str, connection: Any, office: BackOffice) -> None:
        super().__init__(id, connection, response_timeout=ANSWER_SECONDS)
        self.office = office
        self.statuses: dict[int, str] = {}
        self.jobs: dict[str, str] = {}

    @on(Action.boot_notification)
    def on_boot_notification(self, **_: Any) -> call_result.BootNotification:
        """Every station may join."""
        return call_result.BootNotification(now(), HEARTBEAT_SECONDS, RegistrationStatus.accepted)

    @on(Action.heartbeat)
    def on_heartbeat(self) -> call_result.Heartbeat:
        return call_result.Heartbeat(now())

    @on(Action.authorize)
    def on_authorize(self, id_tag: str) -> call_result.Authorize:
        return call_result.Authorize(self.office.authorize(id_tag))

    @on(Action.start_transaction)
    def on_start_transaction(
        self, connector_id: int, id_tag: str, meter_start: int, timestamp: str, reservation_id: int | None = None
    ) -> call_result.StartTransaction:
        """A transaction is booked whatever its tag is worth, and uses up its reservation."""
        self.office.reservations.pop(reservation_id or 0, None)
        transaction = self.office.begin(self.id, connector_id, id_tag, meter_start, timestamp)
        return call_result.StartTransaction(transaction.id, self.office.authorize(id_tag))

    @on(Action.stop_transaction)
    def on_stop_transaction(
        self, transaction_id: int, meter_stop: int, timestamp: str, id_tag: str | None = None, **_: Any
    ) -> call_result.StopTransaction:
        """Answered also when the transaction is unknown; a station would send it again and again otherwise."""
        transaction = self.office.transactions.get(transaction_id)
        if transaction is not None:
            transaction.meter_stop, transaction.stopped = meter_stop, timestamp
        return call_result.StopTransaction(None if id_tag is None else self.office.authorize(id_tag))

    @on(Action.meter_values)
    def on_meter_values(
        self, meter_value: list[Any], transaction_id: int | None = None, **_: Any
    ) -> call_result.MeterValues:
        transaction = self.office.transactions.get(transaction_id or 0)
        if transaction is not None:
            transaction.meter_values += meter_value
        return call_result.MeterValues()

    @on(Action.status_notification)
    def on_status_notification(self, connector_id: int, status: str, **_: Any) -> call_result.StatusNotification:
        self.statuses[connector_id] = status
        return call_result.StatusNotification()

    @on(Action.data_transfer)
    def on_data_transfer(self, **_: Any) -> call_result.DataTransfer:
        """No vendor's extension is known here."""
        return call_result.DataTransfer(DataTransferStatus.unknown_vendor_id)

    @on(Action.diagnostics_status_notification)
    def on_diagnostics_status_notification(self, status: str) -> call_result.DiagnosticsStatusNotification:
        self.jobs["diagnostics"] = status
        return call_result.DiagnosticsStatusNotification()

    @on(Action.firmware_status_notification)
    def on_firmware_status_notification(self, status: str) -> call_result.FirmwareStatusNotification:
        self.jobs["firmware"] = status
        return call_result.FirmwareStatusNotification()
