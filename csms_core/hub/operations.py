"""Operations: the CALLs the CSMS sends to a station, the same way for every action of every version."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from sqlalchemy import Connection

from csms_core.config.model import Config
from csms_core.hub.errors import (
    AgainstRules,
    BadPayload,
    NoAnswer,
    NotAllowed,
    NotConnected,
    OperationError,
    OtherVersion,
    Refused,
    TooManyWaiting,
    UnknownOperation,
    UnknownStation,
)
from csms_core.hub.hub import Hub
from csms_core.hub.link import Link
from csms_core.hub.registry import Request
from csms_core.hub.version import Version
from csms_core.store import Store, stations
from ocppj.errors import BadAnswer, CallRefused, CallTimeout, ConnectionClosed

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_IN_A_ROW = 1000
"""Requests sent in a row at the most for one request of the API."""


class Operations:
    """Sends the operations of one version, one at a time per station."""

    def __init__(self, version: Version, hub: Hub, store: Store, config: Config) -> None:
        self.version = version
        self._hub = hub
        self._store = store
        self._config = config
        self._under_way: set[asyncio.Task[Any]] = set()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def start(self, identity: str, action: str, payload: Any, *, rules: bool = True) -> asyncio.Task[Any]:
        """Check an operation and put it in the station's queue; the task gives the payload of the station's answer.

        What has to follow the answer is sent on its own. `rules=False` sends also what the standard forbids to a CSMS,
        as long as the schema and the registration of the station allow it.

        Raises UnknownOperation, UnknownStation, BadPayload, AgainstRules, NotConnected, OtherVersion, NotAllowed or
        TooManyWaiting; the task raises NoAnswer, NotConnected or Refused.
        """
        link = await self._admit(identity, action, payload, rules)
        return self._spawn(self._send_and_follow(link, identity, action, payload))

    async def perform(self, identity: str, action: str, payload: Any) -> Any:
        """`start` an operation and wait for the payload of the answer; whoever stops waiting ends no exchange."""
        return await asyncio.shield(await self.start(identity, action, payload))

    async def through(self, identity: str, requests: Sequence[Request]) -> list[tuple[Request, Any]]:
        """Send requests one after the other, as long as each is Accepted, and what has to follow one instead of the
        rest.

        Gives the requests that were sent, each with the payload of its answer. Raises what `start` and its task raise.
        """
        done: list[tuple[Request, Any]] = []
        waiting = list(requests)
        while waiting and len(done) < MAX_IN_A_ROW:
            action, payload = request = waiting.pop(0)
            link = await self._admit(identity, action, payload, True)
            answer = await asyncio.shield(self._spawn(self._send(link, identity, action, payload)))
            done.append((request, answer))
            follow = await self._to_follow(link, action, payload, answer)
            if follow or not self.version.is_accepted(answer):
                waiting = list(follow)
        return done

    def turn(self, identity: str) -> asyncio.Lock:
        """The lock of those who read the books of a station, send something, and rely on what they have read."""
        lock = self._turns.get(identity)
        if lock is None:
            lock = self._turns[identity] = asyncio.Lock()
        return lock

    async def _admit(self, identity: str, action: str, payload: Any, rules: bool) -> Link:
        self._check(action, payload)
        link = await self._link(identity)
        self._check_registration(link, action)
        if rules and (judges := self.version.judges.get(action)) is not None:

            def ask(connection: Connection) -> str:
                sentences = (judge(connection, link.context, payload) for judge in judges)
                return " ".join(sentence for sentence in sentences if sentence is not None)

            if sentences := await self._store.look_up(ask):
                raise AgainstRules(f"{action}: {sentences}")
        if link.operations >= self._config.max_operations_waiting:
            raise TooManyWaiting(f"{link.operations} operations wait for {identity} already; let it answer first.")
        link.operations += 1
        return link

    def _spawn(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(work)
        self._under_way.add(task)
        task.add_done_callback(self._done)
        return task

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _check(self, action: str, payload: Any) -> None:
        ocpp, schemas = self.version.name, self.version.schemas
        info = schemas.actions.get(action)
        if info is None:
            raise UnknownOperation(f"OCPP {ocpp} has no action '{action}'; the names are those of the wire.")
        if info.sender == "station":
            raise UnknownOperation(f"{action} is sent by the station, the CSMS cannot send it.")
        if not schemas.call[action](payload):
            reasons = "; ".join(violation.message for violation in schemas.diagnose(action, "call", payload))
            raise BadPayload(f"{action}: {reasons}")

    async def _link(self, identity: str) -> Link:
        link = self._hub.link(identity)
        if link is not None:
            if link.version.name != self.version.name:
                raise OtherVersion(
                    f"The station '{identity}' speaks OCPP {link.version.name}, and this is an operation of OCPP "
                    f"{self.version.name}; POST {link.version.api.path}/stations/{identity}/operations/... has its own."
                )
            return link
        known = await self._store.look_up(lambda connection: stations.find(connection, identity))
        if known is None:
            raise UnknownStation(
                f"The station '{identity}' is not registered; PUT /api/v1/stations/{identity} does it."
            )
        raise NotConnected(f"The station '{identity}' is not connected.")

    def _check_registration(self, link: Link, action: str) -> None:
        registered_as, identity = link.context.registered_as, link.context.identity
        if registered_as == "Rejected":
            raise NotAllowed(f"The station '{identity}' was rejected at its boot, so it answers no {action}.")
        if registered_as != "Accepted" and action in self.version.only_after_acceptance:
            raise NotAllowed(f"{action} has to wait until a BootNotification of the station '{identity}' was accepted.")

    async def _send_and_follow(self, link: Link, identity: str, action: str, payload: Any) -> Any:
        answer = await self._send(link, identity, action, payload)
        follow = await self._to_follow(link, action, payload, answer)
        if follow:
            self._spawn(self.through(identity, follow))
        return answer

    async def _to_follow(self, link: Link, action: str, payload: Any, answer: Any) -> Sequence[Request]:
        follower = self.version.followers.get(action)
        if follower is None:
            return ()
        return await self._store.look_up(lambda connection: follower(connection, link.context, payload, answer))

    async def _send(self, link: Link, identity: str, action: str, payload: Any) -> Any:
        bookkeeper = self.version.bookkeepers.get(action)
        try:
            if bookkeeper is None:
                return await self._exchange(link, identity, action, payload)
            return await bookkeeper(link.context, payload, lambda: self._exchange(link, identity, action, payload))
        finally:
            link.operations -= 1

    async def _exchange(self, link: Link, identity: str, action: str, payload: Any) -> Any:
        registered = link.context.registered_as == "Accepted"
        asked_for = None if registered else self.version.invited(action, payload)
        if asked_for is None:
            return await self._call(link, identity, action, payload)
        # before it is sent: what it brings may come before its answer is looked at
        invited = link.context.invited
        invited[asked_for] += 1
        accepted = False
        try:
            answer = await self._call(link, identity, action, payload)
            accepted = self.version.is_accepted(answer)
        except NoAnswer:
            accepted = True  # nobody knows: the message may still come
            raise
        finally:
            if not accepted and invited[asked_for] > 0:
                invited[asked_for] -= 1
        return answer

    async def _call(self, link: Link, identity: str, action: str, payload: Any) -> Any:
        try:
            return await link.peer.call(action, payload)
        except CallTimeout as error:
            raise NoAnswer(f"The station '{identity}' did not answer {action} within {error.seconds:g} s.") from None
        except ConnectionClosed:
            raise NotConnected(f"The station '{identity}' disconnected before it answered {action}.") from None
        except CallRefused as error:
            text = f": {error.error.description}" if error.error.description else ""
            raise Refused(
                f"The station '{identity}' answered {action} with CALLERROR {error.error.code}{text}."
            ) from None
        except BadAnswer as error:
            raise Refused(f"The station '{identity}' sent no proper answer: {error}.") from None

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._under_way.discard(task)
        if task.cancelled() or (error := task.exception()) is None:
            return
        if isinstance(error, OperationError):
            log.warning("%s", error)
        else:
            log.error("an operation failed", exc_info=error)
