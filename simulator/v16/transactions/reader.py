"""The card reader: which connector is meant, and what a card does there (1.6 §4.1, §5.13).

Rules AUTH-01, AUTH-02, TX-11, RES-03.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ocppj.v16 import PROTOCOL
from ocppj.versions import LONGEST_TAG
from simulator.kernel.errors import NotPossible
from simulator.v16.connectors.connector import Admission, Connector
from simulator.v16.connectors.transaction import Transaction
from simulator.v16.core.authorization import Authorizer, Decision, same_tag
from simulator.v16.core.context import Context
from simulator.v16.transactions.sessions import Sessions

LONGEST: Final = LONGEST_TAG[PROTOCOL.version]
"""Characters of an idTag."""


class Reader:
    """Decides what happens when a card is held to the reader, or the CSMS does so from afar."""

    __slots__ = ("authorizer", "connectors", "context", "sessions")

    def __init__(
        self, context: Context, connectors: Mapping[int, Connector], authorizer: Authorizer, sessions: Sessions
    ) -> None:
        self.context = context
        self.connectors = connectors
        self.authorizer = authorizer
        self.sessions = sessions

    async def present(self, tag: str, number: int | None = None) -> None:
        """A card is held to the reader. Returns when the station has decided."""
        if not 1 <= len(tag) <= LONGEST:
            raise ValueError(f"an idTag has 1 to {LONGEST} characters, not {len(tag)}: {tag!r}")
        if not self.context.supplied.on:
            raise NotPossible("the station has no power; restore_power() first")
        connector = self.connectors[number] if number is not None else self._meant(tag)
        if connector is None:
            self._refused(None, tag, "no connector is free")
        elif connector.transaction is not None:
            await self._to_stop(connector, connector.transaction, tag)
        elif connector.locked_for is not None:
            await self._to_unlock(connector, connector.locked_for, tag)
        elif connector.authorized is not None:
            if same_tag(tag, connector.authorized.idTag):
                self.sessions.give_up(connector, "the card was presented again")
            else:
                self._refused(connector, tag, "somebody else is about to start")
        elif not connector.idle:
            self._refused(connector, tag, f"the connector is {connector.status}")
        else:
            await self.to_start(connector, tag)

    def _meant(self, tag: str) -> Connector | None:
        """Which connector a card at the common reader is for."""
        connectors = list(self.connectors.values())
        idle = [c for c in connectors if c.idle and may_match(c, tag)]
        candidates = [
            [c for c in connectors if c.transaction is not None and same_tag(c.transaction.idTag, tag)],
            [c for c in connectors if c.locked_for is not None and same_tag(c.locked_for[0], tag)],
            [c for c in connectors if c.authorized is not None and same_tag(c.authorized.idTag, tag)],
            [c for c in idle if c.reservation is not None and same_tag(c.reservation.idTag, tag)],
            [c for c in idle if c.cable and not c.finished],
            [c for c in connectors if c.transaction is not None and c.transaction.parentIdTag is not None],
            [c for c in idle if c.cable],
            idle,
            connectors if len(connectors) == 1 else [],
        ]
        return next((group[0] for group in candidates if group), None)

    async def to_start(self, connector: Connector, tag: str, profile: Mapping[str, Any] | None = None) -> None:
        """Ask whether `tag` may start at an idle connector, and let it. `profile` came with the order of the CSMS."""
        if not may_match(connector, tag):
            self._refused(connector, tag, "the connector is reserved for another card")  # rule RES-03
            return
        decision = await self.authorizer.decide(tag)
        if not decision.accepted:
            self._refused(connector, tag, decision.why)
        elif not (self.context.supplied.on and connector.idle):
            self._refused(connector, tag, "the connector is no longer free")
        else:
            self.admit(connector, tag, decision.parent, profile)

    def admit(self, connector: Connector, tag: str, parent: str | None, profile: Mapping[str, Any] | None) -> None:
        """`tag` may charge; a reservation has to be for it or for its group (1.6 §5.13, rule RES-03)."""
        reservation = connector.reservation
        if reservation is None or same_tag(tag, reservation.idTag) or same_tag(parent, reservation.parentIdTag):
            self.sessions.authorize(connector, Admission(tag, parent, profile))
        else:
            self._refused(connector, tag, "the connector is reserved for another group")

    async def _to_stop(self, connector: Connector, transaction: Transaction, tag: str) -> None:
        """The card that started stops without a question (rule AUTH-02), one of the same group after Authorize."""
        if same_tag(tag, transaction.idTag):
            self.sessions.stop(connector, "Local", tag)
        elif transaction.parentIdTag is None:
            self._refused(connector, tag, "another card has started here")
        else:
            decision = await self.authorizer.decide(tag)
            if self._of_group(decision, transaction.parentIdTag) and connector.transaction is transaction:
                self.sessions.stop(connector, "Local", tag)
            else:
                self._refused(connector, tag, "another group has started here")

    async def _to_unlock(self, connector: Connector, owner: tuple[str, str | None], tag: str) -> None:
        """After a de-authorization the cable stays locked for its owner (rule TX-11)."""
        ours = same_tag(tag, owner[0])
        if not ours and owner[1] is not None:
            ours = self._of_group(await self.authorizer.decide(tag), owner[1])
        if ours:
            self.sessions.unlock(connector)
        else:
            self._refused(connector, tag, "the cable belongs to another card")

    @staticmethod
    def _of_group(decision: Decision, parent: str) -> bool:
        return decision.accepted and same_tag(decision.parent, parent)

    def _refused(self, connector: Connector | None, tag: str, why: str) -> None:
        number = None if connector is None else connector.id
        self.context.events.publish("authorization", f"{tag} is refused: {why}", number, refused=True)


def may_match(connector: Connector, tag: str) -> bool:
    """Whether a reservation leaves it open that `tag` may start here: it has none, the tag itself, or a group."""
    reservation = connector.reservation
    return reservation is None or reservation.parentIdTag is not None or same_tag(tag, reservation.idTag)
