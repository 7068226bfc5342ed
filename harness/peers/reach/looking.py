"""A look at a CSMS from outside: how far does a station come, and which tags does the CSMS know?

What the station says is of a version (``harness.v16.csms.reach.looking``).
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic_ns
from typing import Any, Final

from harness.case.failures import UNANSWERED, closed_text
from harness.case.verdicts import Unreachable
from harness.peers.handshake import Refused, open_websocket
from harness.peers.look import Answers, Look
from harness.peers.pauses import PAUSES, Pauses
from harness.peers.tls import credentials_of
from harness.sut import Lane, Link, Sut, key_of, link_of
from harness.sut.secret import written
from harness.sut.tables.values import CHARGED_WITH
from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectionClosed, OcppError
from ocppj.evidence.trace import Trace
from ocppj.frames import Call
from ocppj.peers.aio import Handler, Peer
from ocppj.protocol import Protocol

PINGS: Final = 5
PRESENTED: Final = ("valid", "valid_2", "expired", "blocked", "concurrent")
"""The tags of ``[tags]`` that a CSMS has to know. The invalid one is never shown: some CSMSs remember what they saw."""
UNKNOWN: Final = (403, 404)
"""HTTP statuses with which a station may be refused because it is not known."""
_SERVER_ERRORS: Final = 500


Payload = dict[str, Any]


@dataclass(frozen=True)
class Speech:
    """What a station of a version says when it looks.

    ``boot`` and ``authorize`` are payloads, the latter of a tag; ``status_of`` reads the answer to it, None: nothing
    that can be read. ``sensible`` answers a CALL, None: it is not supported.
    """

    protocol: Protocol
    boot: Callable[[Sut], Payload]
    authorize: Callable[[Sut, str], Payload]
    status_of: Callable[[Any], Any]
    sensible: Callable[[Sut, Lane], Callable[[str, Payload], Payload | None]]


def status_in(member: str) -> Callable[[Any], Any]:
    """Reads the status in ``member`` of an answer."""

    def status(answer: Any) -> Any:
        info = answer.get(member) if isinstance(answer, Mapping) else None
        return info.get("status") if isinstance(info, Mapping) else None

    return status


async def look(
    sut: Sut,
    lane: Lane,
    speech: Speech,
    *,
    until: Answers = Answers.BOOTS,
    tags: bool = False,
    beats: bool = False,
    pauses: Pauses = PAUSES,
) -> Look:
    """Connect as ``lane``, and with ``until`` BOOTS boot; ``tags``: present those of the SUT file as well.

    ``beats``: an accepted station has booted only when a heartbeat was answered, too.

    Raises ``HarnessError`` for a file of certificates that cannot be used.
    """
    link = link_of(sut, lane)
    await pauses.before(link.identity)
    try:
        return await _look(sut, lane, speech, link, until, tags=tags, beats=beats)
    finally:
        pauses.ended(link.identity, sut.timeouts.reconnect_s)


async def _look(sut: Sut, lane: Lane, speech: Speech, link: Link, until: Answers, *, tags: bool, beats: bool) -> Look:
    protocol = speech.protocol
    trace = Trace(secrets=written(sut.secrets))
    credentials = credentials_of(link, sut.security.cpo_name)
    try:
        websocket, _ = await open_websocket(
            link, trace, protocol=protocol, credentials=credentials, seconds=sut.timeouts.connect_s
        )
    except Refused as refused:
        turned_away = refused.status is not None and refused.status < _SERVER_ERRORS
        answers = Answers.TURNS_AWAY if turned_away else Answers.SOMETHING
        return Look(
            answers, lane.identity, f"{link.url} does not let {lane.identity} in: {refused}{_hint(refused, sut, link)}"
        )
    except Unreachable as error:
        return Look(Answers.NOTHING, lane.identity, str(error))
    if websocket.subprotocol != protocol.subprotocol:
        await websocket.close()
        agreed = websocket.subprotocol or "none"
        offer = f"{link.url} lets {lane.identity} in (HTTP 101), but the subprotocol agreed on is {agreed}"
        return Look(Answers.OPENS, lane.identity, f"{offer}, {protocol.subprotocol} was offered")
    peer = Peer.over_websocket(
        websocket,
        "station",
        protocol=protocol,
        handler=_sensible(speech.sensible(sut, lane)),
        call_timeout=sut.timeouts.message_s,
        trace=trace,
    )
    peer.start()
    try:
        return await _conversation(peer, sut, lane, speech, until, tags=tags, beats=beats)
    finally:
        with suppress(TimeoutError):
            async with asyncio.timeout(sut.timeouts.connect_s):
                await peer.close()


async def _conversation(
    peer: Peer, sut: Sut, lane: Lane, speech: Speech, until: Answers, *, tags: bool, beats: bool
) -> Look:
    where = f"{sut.connection.url}, {lane.identity}: "
    rtt_ms = problem = None
    answers = Answers.OPENS
    told: dict[str, str] = {}
    try:
        rtt_ms = await _round_trip(peer, sut.timeouts.connect_s)
        if rtt_ms is None:
            problem = "a WebSocket ping was not answered (RFC 6455 §5.5.2)"
        if until is Answers.BOOTS:
            refused = await _boot(peer, speech.boot(sut))
            if beats and refused is None:
                with suppress(CallRefused, BadAnswer):  # answers, too
                    await peer.call("Heartbeat", {})
            answers = Answers.BOOTS
            problem = refused or problem
            if tags and refused is None:
                told = await _statuses(peer, sut, speech)
    except CallTimeout as error:
        problem = _unanswered(peer, error)
    except ConnectionClosed as closed:
        problem = f"{closed_text(closed)}, before BootNotification was answered"
    return Look(answers, lane.identity, problem and where + problem, rtt_ms, told)


async def _boot(peer: Peer, boot: Payload) -> str | None:
    """Boot; what is wrong with the answer, ``None`` when the station is accepted. Raises what ``Peer.call`` does."""
    try:
        answer = await peer.call("BootNotification", boot)
    except (CallRefused, BadAnswer) as error:
        return str(error)
    status = answer.get("status") if isinstance(answer, dict) else None
    if status == "Accepted":
        return None
    return f"BootNotification was answered {f'with status {status}' if status else 'without a status'}, not Accepted"


def _unanswered(peer: Peer, error: CallTimeout) -> str:
    """That a CALL was not answered, and what came instead; what came is never said not to have."""
    ours = (finding for finding in peer.session.findings if finding.party == "csms")
    stray = next((finding for finding in ours if finding.rule != UNANSWERED), None)
    if stray is None:
        return f"nothing was answered to {error.action} in {error.seconds:g} s"
    return f"nothing that came in {error.seconds:g} s answers {error.action}; what did come: {stray.message}"


async def _statuses(peer: Peer, sut: Sut, speech: Speech) -> dict[str, str]:
    """What Authorize tells of each tag; what is not answered in a way that can be read is left to the cases."""
    told: dict[str, str] = {}
    for name, tag in sut.named_tags().items():
        if key_of(name) not in PRESENTED or (key_of(name) in CHARGED_WITH and sut.fresh_tags):
            continue
        try:
            answer = await peer.call("Authorize", speech.authorize(sut, tag))
        except (CallTimeout, ConnectionClosed):
            return told
        except (CallRefused, BadAnswer):
            continue
        status = speech.status_of(answer)
        if isinstance(status, str):
            told[name] = status
    return told


async def _round_trip(peer: Peer, seconds: float) -> float | None:
    """Raises ``ConnectionClosed``; ``None`` when a ping is not answered."""
    times = []
    for _ in range(PINGS):
        sent = monotonic_ns()
        try:
            async with asyncio.timeout(seconds):
                await peer.ping()
        except TimeoutError:
            return None
        times.append((monotonic_ns() - sent) / 1e6)
    return round(sorted(times)[PINGS // 2], 3)


def _sensible(answers: Callable[[str, Payload], Payload | None]) -> Handler:
    """Many a CSMS asks a station for its configuration as soon as it has booted."""

    async def answer(call: Call) -> Payload:
        payload = answers(call.action, call.payload)
        if payload is None:
            raise OcppError("NotSupported", f"{call.action} is not supported")
        return payload

    return answer


def _hint(refused: Refused, sut: Sut, link: Link) -> str:
    """What a newcomer does about it, where that can be said."""
    if refused.status == 401:
        return "; the CSMS asks for a password: are connection.auth_key and connection.security_profile those it knows?"
    if refused.status is None and link.url.startswith("ws://") and "was ended" in str(refused):
        return "; if this port speaks TLS, its address begins with wss://"
    if "is not trusted" in str(refused):
        return "; give the CA that signed it (connection.ca_file), or the name it was issued for"
    if refused.status in UNKNOWN:
        if sut.fresh_identities:
            return (
                "; plugproof comes under a new identity for every case: let unknown stations in, name known ones in "
                "[[lanes]] of a SUT file, or have them made by [fixtures]"
            )
        return "; is this the path of its OCPP endpoint, and is the station registered?"
    return ""
