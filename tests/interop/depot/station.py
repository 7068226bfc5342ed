"""What a connected station says (OCPP 1.6 chapter 4, security white paper), and what it is told then."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

from cryptography.x509.oid import NameOID
from ocpp.v16.enums import Action
from websockets.asyncio.server import ServerConnection

from tests.interop.depot.authority import Authority
from tests.interop.depot.books import Books, Place
from tests.interop.depot.line import Answer, CallError, Line, Members, Refused
from tests.interop.depot.times import now, read, written

ACTIONS = frozenset(action.value for action in Action)


class Station:
    """A station at the other end of a connection."""

    def __init__(self, place: Place, connection: ServerConnection, books: Books, authority: Authority) -> None:
        self.place = place
        self.line = Line(connection, self._answer)
        self.statuses: dict[int, str] = {}
        self.jobs: dict[str, str] = {}
        self._books = books
        self._habits = books.habits
        self._authority = authority
        self._handlers: dict[str, Callable[[Members], Answer]] = {
            "Authorize": self._authorize,
            "BootNotification": self._boot,
            "DataTransfer": self._data_transfer,
            "DiagnosticsStatusNotification": self._job("diagnostics"),
            "FirmwareStatusNotification": self._job("firmware"),
            "Heartbeat": lambda _: ({"currentTime": self._now()}, None),
            "LogStatusNotification": self._job("log"),
            "MeterValues": lambda _: ({}, None),
            "SecurityEventNotification": lambda _: ({}, None),
            "SignCertificate": self._sign,
            "SignedFirmwareStatusNotification": self._job("firmware"),
            "StartTransaction": self._start,
            "StatusNotification": self._status,
            "StopTransaction": self._stop,
        }

    def _answer(self, action: str, members: Members) -> Answer:
        handler = self._handlers.get(action)
        if handler is None:
            code = "NotSupported" if action in ACTIONS else "NotImplemented"
            raise CallError(code, f"{action} is nothing that a station says here")
        try:
            return handler(members)
        except KeyError as error:
            raise CallError("OccurenceConstraintViolation", f"{action} needs {error}") from None

    def _now(self) -> str:
        return written(now(), self._habits.times)

    # --- booting -----------------------------------------------------------------------------------------------------

    def _boot(self, _: Members) -> Answer:
        answer = {"currentTime": self._now(), "interval": self._habits.heartbeat_s, "status": "Accepted"}
        return answer, self._talks if self._habits.talks_after_boot else None

    async def _talks(self) -> None:
        """What every station is asked and told after a boot; one that refuses or goes away is left alone."""
        with suppress(Refused):
            await self.line.call("GetConfiguration", {"key": ["NumberOfConnectors", "AuthorizeRemoteTxRequests"]})
            await self.line.call("ChangeConfiguration", {"key": "MinimumStatusDuration", "value": "0"})
            await self.line.call("TriggerMessage", {"requestedMessage": "StatusNotification"})

    # --- charging ----------------------------------------------------------------------------------------------------

    def _authorize(self, members: Members) -> Answer:
        return {"idTagInfo": self._books.tag_info(members["idTag"])}, None

    def _start(self, members: Members) -> Answer:
        transaction, info = self._books.begin(
            self.place.identity, members["connectorId"], members["idTag"], read(members["timestamp"])
        )
        return {"transactionId": transaction.id, "idTagInfo": info}, None

    def _stop(self, members: Members) -> Answer:
        transaction = self._books.transactions.get(members["transactionId"])
        if transaction is not None and transaction.stopped is None:
            transaction.stopped = read(members["timestamp"])
        id_tag = members.get("idTag") or (transaction and transaction.id_tag)
        if not id_tag or not self._habits.spells_out:
            return {}, None
        return {"idTagInfo": self._books.tag_info(id_tag)}, None

    def _status(self, members: Members) -> Answer:
        self.statuses[members["connectorId"]] = members["status"]
        return {}, None

    # --- the rest ----------------------------------------------------------------------------------------------------

    def _data_transfer(self, members: Members) -> Answer:
        return {"status": "UnknownVendorId"}, None

    def _job(self, kind: str) -> Callable[[Members], Answer]:
        def note(members: Members) -> Answer:
            self.jobs[kind] = members["status"]
            return {}, None

        return note

    def _sign(self, members: Members) -> Answer:
        try:
            request = self._authority.reads(members["csr"])
        except ValueError:
            return {"status": "Rejected"}, None
        names: list[Any] = request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        if [name.value for name in names] != [self.place.identity]:
            return {"status": "Rejected"}, None

        async def send() -> None:
            with suppress(Refused):
                await self.line.call("CertificateSigned", {"certificateChain": self._authority.signs(request)})

        return {"status": "Accepted"}, send
