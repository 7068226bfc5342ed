"""The station a case speaks through: it sends what the script says and shows what the CSMS sent.

Four verbs: ``sends`` and ``Request.answered`` script, ``receives`` and ``receives_no`` observe an inbox. Nothing has to
be armed before its trigger: what the operator was asked for waits in the inbox until the case looks at it. What nobody
asked for is answered sensibly by the ``Responder`` and stays in the trace.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit

from harness.entrance import Answer, Entrance
from harness.failures import REFUSED, UNANSWERED, blamed, closed_text, judged_text, silence, violated
from harness.handshake import SUBPROTOCOL
from harness.message import Message, mismatch
from harness.near import meant
from harness.pki import Credentials
from harness.responder import Responder
from harness.run import CaseRun, Sample
from harness.sut import Secret
from harness.tls import Hello
from harness.verdicts import CaseFailure, HarnessError, one_line
from ocppj.errors import CallTimeout, ConnectionClosed
from ocppj.frames import Call, CallError, CallResult, Malformed
from ocppj.matchers import Mismatch, mismatches, shown
from ocppj.peer import Peer
from ocppj.peer_common import wall_of_system
from ocppj.refusal import refusal
from ocppj.rules import Finding
from ocppj.session import Exchange, Seen

_CHARGING: Final = ("Authorize", "StartTransaction")
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

METER = 12_000
"""Watt-hours on the meter of a station at the beginning of a case: a meter is 0 only in the factory."""

MIN_SAMPLES = 10
"""Response times that a figure needs at the least."""


def now() -> str:
    """The current time as OCPP writes it: UTC with Z, milliseconds (S §3.14)."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Request(Message):
    """A CALL of the CSMS that waits for the script's answer."""

    def __init__(self, station: "Station", name: str, seen: Seen) -> None:
        super().__init__(station.run, name, seen, None)
        self._station = station
        self.id = cast("Call", seen.frame).id
        self.is_answered = False

    async def answered(self, **members: Any) -> None:
        """Answer with a CALLRESULT of these members; an invalid CALL has been refused already."""
        if self.is_answered:
            return
        self.is_answered = True
        try:
            await self._station.peer.reply(cast("Call", self.seen.frame), members)
            self._station.run.left_open.answered(self._station.identity, self.name, self.payload, members)
        except ConnectionClosed as closed:
            raise self._station.closed_failure(
                f"an open connection for the answer to {self.name}", closed, self._rule
            ) from None


class Station:
    """A simulated charge point under the control of a case."""

    def __init__(self, run: CaseRun) -> None:
        sut = run.sut
        self.run = run
        self.entrance = Entrance(run)
        self.identity = self.entrance.link.identity
        self.connectors = run.lane.connectors
        self.statuses: dict[int, str] = dict.fromkeys(range(run.lane.connectors + 1), "Available")
        self.transactions: set[int] = set()
        self.meter = METER
        self._last: dict[str, dict[str, Any]] = {}
        self._responder = Responder(self.connectors, sut.keys)
        self._peer: Peer | None = None
        self._inbox: list[Request] = []
        self._taken: list[Request] = []
        self._armed: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self._answers: dict[str, Seen] = {}
        self._near: dict[str, Seen] = {}
        self._background: set[asyncio.Task[None]] = set()
        self._first = True
        self._asked: int | None = None

    @property
    def peer(self) -> Peer:
        """The connection. Raises ``HarnessError`` while there is none."""
        if self._peer is None:
            raise HarnessError(f"station {self.identity} is not connected")
        return self._peer

    @property
    def is_connected(self) -> bool:
        """Whether there is a connection that has not ended."""
        return self._peer is not None and not self._peer.is_closed

    # --- the link ----------------------------------------------------------------------------------------------------

    async def connects(
        self, *, rule: str | None = None, subprotocols: Sequence[str] = (SUBPROTOCOL,), authenticated: bool = True
    ) -> Answer:
        """Open the WebSocket as this station; gives what the CSMS answered to the handshake.

        A CSMS that turns the station away fails the case under ``rule``. Without one, and where it cannot be reached,
        the verdict is ERROR.
        """
        if self.is_connected:  # the CSMS has to have let go of the old socket
            await self.disconnects()
        websocket, answer = await self.entrance.opens(rule=rule, subprotocols=subprotocols, authenticated=authenticated)
        self._peer = Peer.over_websocket(
            websocket,
            "station",
            on_call=self._called,
            observer=self._observe,
            call_timeout=self.run.sut.timeouts.message_s,
            trace=self.run.trace,
            memory=self.run.memory,
            wall=wall_of_system(self.run.sut.timeouts.deviation_s),
        )
        self._peer.start()
        self._first = True
        self.run.sessions.append(self._peer.session)
        closed = asyncio.create_task(self._watch(self._peer))
        self._background.add(closed)
        closed.add_done_callback(self._background.discard)
        return answer

    async def is_let_in(self) -> None:
        """Come in the ordinary way and leave again; where that does not work a case about the door judges nothing."""
        await self.entrance.lets_in()

    async def is_refused(
        self, *, rule: str, subprotocols: Sequence[str] = (SUBPROTOCOL,), authenticated: bool = True
    ) -> None:
        """Check that the CSMS does not let the station in; ``authenticated``: with user name and password."""
        await self.entrance.is_refused(rule=rule, subprotocols=subprotocols, authenticated=authenticated)

    async def secures(self, *, rule: str, suite: str | None = None, looks: bool = False) -> Answer:
        """Set up TLS and end it again, with one ``suite`` only, or taking whatever certificate is shown (``looks``)."""
        return await self.entrance.secures(Hello(suite=suite, looks=looks), rule=rule)

    async def is_not_secured(self, *, rule: str) -> None:
        """Check that TLS cannot be set up with a version before 1.2."""
        await self.entrance.is_not_secured(Hello(old=True, looks=True), rule=rule)

    @property
    def host(self) -> str:
        """The host that the station connects to, as its address has it."""
        return urlsplit(self.entrance.link.url).hostname or ""

    def takes(
        self, *, profile: int | None = None, key: bytes | None = None, certificate: Credentials | None = None
    ) -> None:
        """From the next connection on: another security profile, basic auth key, or client certificate."""
        secret = None if key is None else Secret(f"hex:{key.hex()}")
        self.entrance.takes(profile=profile, key=secret, renewed=certificate)

    async def disconnects(self) -> None:
        """Close the WebSocket and wait until the CSMS has closed it too."""
        await self._leaves()

    async def restarts(self) -> None:
        """Close the WebSocket as before a restart: the next connection comes ``timeouts.boot_s`` later."""
        await self._leaves(restarts=True)

    async def _leaves(self, *, restarts: bool = False) -> None:
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.close()
            self.entrance.left(restarts=restarts)
            self.run.note(f"{self.identity} {'restarts' if restarts else 'disconnected'}")

    async def loses_power(self) -> None:
        """Drop the connection without a word, as an outage does; when the power is back the station restarts."""
        peer, self._peer = self._peer, None
        if peer is not None:
            await peer.abort()
            self.entrance.left(restarts=True)
            self.run.trace.add("driver", f"{self.identity} loses power")

    async def stays_offline(self) -> None:
        """Wait as long as a station does that has lost its connection, so that what happens meanwhile takes time."""
        await self.entrance.waits()

    # --- the verbs ---------------------------------------------------------------------------------------------------

    async def sends(self, action: str, /, *, rule: str | None = None, **members: Any) -> Message:
        """Send a CALL and wait for its answer, which must be a CALLRESULT.

        With ``rule`` the answer is judged to have come and to be schema-valid under that rule. Without it a refusal, a
        silence or a closed connection breaks a rule of the protocol, and an invalid answer is a finding that fails the
        case in the end.
        """
        self._check_own(action, members)
        seconds = self.run.sut.timeouts.message_s
        try:
            frame = await self.peer.exchange(action, members, timeout=seconds)
        except CallTimeout:
            self.run.unanswered(action)
            raise silence(self.run, action, self._asked, seconds, rule) from None
        except ConnectionClosed as closed:
            raise self.closed_failure(f"an answer to {action}", closed, rule, otherwise=UNANSWERED) from None
        seen = self._answers.pop(frame.id or "")
        broken = next((finding.rule for finding in seen.findings if finding.level == "MUST"), REFUSED)
        if isinstance(frame, CallError):
            self._fail("callerror", f"{action}.conf", _refusal(frame), rule, seen, otherwise=broken)
        if isinstance(frame, Malformed):
            self._fail("protocol", f"{action}.conf", frame.message, rule, seen, otherwise=broken)
        if rule is not None and not seen.valid:
            raise violated(self.run, f"{action}.conf", {}, seen, rule)
        self._remember(action, members)
        self._is_free(action, members, seen)
        self.run.judge(rule)
        return Message(self.run, f"{action}.conf", seen, rule)

    async def receives(self, action: str, /, *, rule: str | None = None, **members: Any) -> Request:
        """Wait for a CALL with these members; the case answers it with ``request.answered(...)``.

        A CALL of the same action that does not match is answered and kept as the closest candidate, and so is a frame
        that was to be one; after it a better one is waited for only as long as ``timeouts.settle_s`` says. Where
        ``rule`` names several, the first one is blamed when nothing comes, the last one when the members are wrong.
        """
        if not self._armed[action]:
            self.expects(action)
        try:
            request, candidates, waited = await self._find(action, members, self.run.sut.request_s, rule)
        finally:
            self._armed[action] -= 1
        if request is not None:
            self.run.judge(rule)
            request._rule = rule
            self._taken.append(request)
            return request
        if candidates:
            raise self._closest(action, candidates, members, rule)
        wanted, near = judged_text(action, members), self._near.pop(action, None)
        if near is not None:
            actual = f"{blamed(near.findings).message}; no right {action} came after it"
            raise CaseFailure("protocol", expected=wanted, actual=actual, rule=self.run.failed(rule), seq=near.seq)
        actual = f"nothing arrived in {waited:g} s"
        raise CaseFailure("silence", expected=wanted, actual=actual, rule=self.run.failed(rule))

    async def receives_no(self, action: str, /, *, rule: str, **members: Any) -> None:
        """Check that no such CALL comes within ``timeouts.quiet_s``; one that does not match is let through."""
        self.expects(action)
        try:
            request, _, waited = await self._find(action, members, self.run.sut.timeouts.quiet_s, rule, settle=False)
        finally:
            self._armed[action] -= 1
        if request is not None:
            await self._answer_sensibly(request)
            self._fail("unwanted", f"no {judged_text(action, members)} in {waited:g} s", "it came", rule, request.seen)
        self.run.judge(rule)

    def answered_within(self, seconds: float, *, rule: str, action: str | None = None) -> None:
        """Check that no response of this case (to ``action``, or at all) took longer than ``seconds``."""
        samples = [sample for sample in self.run.samples if action in (None, sample.action)]
        if len(samples) < MIN_SAMPLES:
            raise HarnessError(f"{len(samples)} response times are too few to judge, {MIN_SAMPLES} are needed")
        slowest = max(samples, key=lambda sample: sample.ns)
        if slowest.ns > seconds * 1e9:
            raise CaseFailure(
                "mismatch",
                expected=f"an answer within {seconds:g} s, the maximum that is declared",
                actual=f"{slowest.action} was answered after {slowest.ns / 1e9:.3f} s",
                rule=self.run.failed(rule),
                seq=slowest.seq,
            )
        self.run.judge(rule)

    def configuration(self, request: Request) -> dict[str, Any]:
        """The answer of this station to a GetConfiguration."""
        return self._responder.get_configuration(request.payload)

    def expects(self, action: str) -> None:
        """From now on a CALL of this action waits for the case instead of being answered by the responder."""
        self._armed[action] += 1

    def leaves_out(self, rule: str, reason: str) -> None:
        """Say of rules that this run has nothing to judge them by; what was judged stays judged."""
        self.run.leave_out(rule, reason)

    async def answers_the_rest(self) -> None:
        """Answer sensibly what came and was not answered, so that the CSMS can go on."""
        for request in [request for request in (*self._taken, *self._inbox) if not request.is_answered]:
            await self._answer_sensibly(request)

    def forgets_operations(self) -> None:
        """What the operator was asked for and did not do is dealt with: it is not raised again."""
        self.run.operations -= {task for task in self.run.operations if task.done()}

    # --- the end -----------------------------------------------------------------------------------------------------

    async def leaves(self) -> None:
        """Bring the station back to where it was found, answer what is open, and disconnect. Never raises.

        What it started and did not stop is stopped, on a fresh connection if its own is gone. A transaction that the
        system under test does not let end is told in the results.
        """
        with self.run.phase("cleanup"):
            try:
                if self.transactions and not self.is_connected:
                    await self.comes_back()
                if self.is_connected:
                    await self._restore()
            except (CaseFailure, HarnessError, ConnectionClosed) as error:
                self.run.note(f"the cleanup was not completed: {one_line(error)}")
                for transaction in sorted(self.transactions):
                    self._is_not_stopped(transaction, error)
            for task in tuple(self._background):
                task.cancel()
            await self.disconnects()

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

    def _is_not_stopped(self, transaction: int, error: Exception) -> None:
        """Say in the results that a transaction may be open still, so that later cases are understood."""
        self.transactions.discard(transaction)
        why = error.actual if isinstance(error, CaseFailure) else one_line(error)
        known = (entry.text for entry in self.run.left_open if entry.facts.get("transactionId") == transaction)
        what = next(known, f"transaction {transaction}")
        message = f"{what} could not be stopped in the cleanup and may be open still: {why}"
        rule = (error.rule if isinstance(error, CaseFailure) else None) or UNANSWERED
        seq = error.seq if isinstance(error, CaseFailure) else None
        self.run.note(message)
        self.run.remarks.append(Finding(rule, "INFO", self.run.party, message, (), seq))

    # --- inside ------------------------------------------------------------------------------------------------------

    async def _find(
        self, action: str, members: dict[str, Any], seconds: float, rule: str | None, *, settle: bool = True
    ) -> tuple[Request | None, list[tuple[Request, list[Mismatch]]], float]:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + seconds
        candidates: list[tuple[Request, list[Mismatch]]] = []
        wrong = 0
        while True:
            self._changed.clear()
            for request in [request for request in self._inbox if request.name == action]:
                self._inbox.remove(request)
                found = mismatches(members, request.payload)
                # What was asked of the members holds, even if the frame is invalid elsewhere: that is a finding of
                # its own. Where nothing was asked of the members, validity is what the check is about.
                if not found and (request.seen.valid or members):
                    return request, candidates, seconds
                candidates.append((request, found))
                await self._answer_sensibly(request)
            if settle and len(candidates) + (action in self._near) > wrong:
                wrong = len(candidates) + (action in self._near)
                deadline = min(deadline, loop.time() + self.run.sut.timeouts.settle_s)
            self._raise_operation_failure()
            if self.peer.is_closed:
                closed = await self.peer.wait_closed()
                raise self.closed_failure(judged_text(action, members), closed, rule)
            try:
                async with asyncio.timeout_at(deadline):
                    await self._changed.wait()
            except TimeoutError:
                return None, candidates, seconds

    def _closest(
        self, action: str, candidates: list[tuple[Request, list[Mismatch]]], members: dict[str, Any], rule: str | None
    ) -> CaseFailure:
        request, found = min(candidates, key=lambda candidate: (not candidate[0].seen.valid, len(candidate[1])))
        self.run.judge(rule)
        rule = rule and rule.split()[-1]
        if not request.seen.valid:
            return violated(self.run, action, members, request.seen, rule)
        return mismatch(self.run, action, request.seen, found, rule)

    def _raise_operation_failure(self) -> None:
        for task in self.run.operations:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                raise error

    async def _called(self, seen: Seen) -> None:
        request = Request(self, cast("Call", seen.frame).action, seen)
        if self._armed[request.name] > 0:
            self._inbox.append(request)
            self._changed.set()
        else:
            self.run.note(f"{request.name} was not asked for; the station answers and goes on")
            await self._answer_sensibly(request)

    async def _answer_sensibly(self, request: Request) -> None:
        if request.is_answered:  # by the peer, with a CALLERROR
            return
        request.is_answered = True
        payload = self._responder.answer(request.name, request.payload)
        with suppress(ConnectionClosed):
            if payload is None:
                await self.peer.refuse(request.id, "NotSupported", f"{request.name} is not supported")
                return
            await self.peer.reply(cast("Call", request.seen.frame), payload)
        triggering = request.name in ("TriggerMessage", "ExtendedTriggerMessage")
        if triggering and payload is not None and payload["status"] == "Accepted":
            triggered = self._responder.triggered(request.payload, lambda id: self.statuses.get(id, "Available"))
            if triggered is not None:
                task = asyncio.create_task(self._send_triggered(*triggered))
                self._background.add(task)
                task.add_done_callback(self._background.discard)

    async def _send_triggered(self, action: str, members: dict[str, Any]) -> None:
        with suppress(CaseFailure, HarnessError):  # what the CSMS answers here is judged by the universal rules only
            await self.sends(action, **members)

    def _observe(self, seen: Seen) -> None:
        frame, request = seen.frame, seen.request
        if seen.sender == "station":
            if isinstance(frame, Call):
                self._asked = seen.seq
            return
        if isinstance(frame, Call):
            self.run.came(seen)
        if isinstance(frame, Call) and self._armed[frame.action] > 0:
            if refusal(seen, self.peer.session.schemas, "station") is not None:
                refused = Request(self, frame.action, seen)
                refused.is_answered = True  # the peer refuses it with a CALLERROR
                self._inbox.append(refused)
                self._changed.set()
        elif (action := meant(seen, [action for action, count in self._armed.items() if count > 0])) is not None:
            self._near[action] = seen
            self._changed.set()
        elif not isinstance(frame, Call) and request is not None and not seen.repeated and frame.id is not None:
            if not seen.late:
                self._answers[frame.id] = seen
            if isinstance(frame, CallResult) and request.action == "StartTransaction":
                self._has_started(request, frame.payload)
            if not isinstance(frame, Malformed) and not seen.late:
                sample = Sample(request.action, seen.at - request.at, seen.seq, self._first, request.at)
                self.run.samples.append(sample)
                self._first = False

    def _has_started(self, request: Exchange, payload: Any) -> None:
        """Whatever else is wrong with the answer, and however late it comes: the CSMS has a transaction now."""
        transaction = payload.get("transactionId") if isinstance(payload, dict) else None
        if type(transaction) is int and isinstance(request.payload, dict):
            self.transactions.add(transaction)
            self.run.left_open.started(self.identity, request.payload, transaction)

    async def _watch(self, peer: Peer) -> None:
        await peer.wait_closed()
        if peer is self._peer:  # the CSMS has ended it
            self.entrance.left()
        self._changed.set()

    def wake(self, _: object = None) -> None:
        """Something outside changed (an operation ended): look again."""
        self._changed.set()

    def _check_own(self, action: str, members: dict[str, Any]) -> None:
        violations = self.peer.session.schemas.diagnose(action, "call", members)
        if violations:
            raise HarnessError(f"the case would send an invalid {action}: {violations[0].message}")

    def _is_free(self, action: str, members: dict[str, Any], seen: Seen) -> None:
        """A tag that this run itself charges with elsewhere is rightly refused (S §7.2), so that nothing is judged."""
        payload = cast("CallResult", seen.frame).payload
        if action not in _CHARGING or not isinstance(payload, dict) or not isinstance(payload.get("idTagInfo"), dict):
            return
        if payload["idTagInfo"].get("status") != "ConcurrentTx":
            return
        charging = self.run.left_open.who_charges_with(members["idTag"], but=payload.get("transactionId"))
        if charging is not None:
            actual = f"{action} was answered ConcurrentTx, as {members['idTag']} charges already: {charging.text}"
            raise CaseFailure("mismatch", expected="a tag that charges nowhere", actual=actual, seq=seen.seq)

    def _remember(self, action: str, members: dict[str, Any]) -> None:
        if action == "StatusNotification":
            self.statuses[members["connectorId"]] = members["status"]
        elif action == "StopTransaction":
            self.transactions.discard(members["transactionId"])
            self.run.left_open.stopped(members["transactionId"])
        elif action in _ENDS:
            self._last[action] = members

    def closed_failure(
        self, expected: str, closed: ConnectionClosed, rule: str | None, *, otherwise: str | None = None
    ) -> CaseFailure:
        """The failure for a connection that ended while the case still needed it."""
        actual = closed_text(closed)
        seq = self.run.trace.add("note", actual)
        rid = self.run.failed(rule) or otherwise
        return CaseFailure("closed", expected=expected, actual=actual, rule=rid, seq=seq)

    def _fail(
        self, kind: Any, expected: str, actual: str, rule: str | None, seen: Seen, *, otherwise: str | None = None
    ) -> None:
        rid = self.run.failed(rule) or otherwise
        raise CaseFailure(kind, expected=expected, actual=actual, rule=rid, seq=seen.seq)


def _refusal(frame: CallError) -> str:
    return f"CALLERROR {frame.code}" + (f": {shown(frame.description)}" if frame.description else "")
