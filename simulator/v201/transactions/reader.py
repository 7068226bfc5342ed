"""The card reader: which EVSE is meant, and what a card does there (P2 C01, C09, C16, E03, E07; F01, F02)."""

from __future__ import annotations

from collections.abc import Mapping

from simulator.kernel.errors import NotPossible
from simulator.v201.authorization.authorizer import Authorizer
from simulator.v201.authorization.id_token import LONGEST, IdToken
from simulator.v201.core.context import Context
from simulator.v201.evses import records
from simulator.v201.evses.evse import Evse
from simulator.v201.transactions.sessions import Sessions
from simulator.v201.transactions.transaction import Admission


class Reader:
    """Decides what happens when a card is held to the reader, or the CSMS does so from afar."""

    __slots__ = ("authorizer", "context", "evses", "sessions")

    def __init__(self, context: Context, evses: Mapping[int, Evse], authorizer: Authorizer, sessions: Sessions) -> None:
        self.context = context
        self.evses = evses
        self.authorizer = authorizer
        self.sessions = sessions

    async def present(self, token: IdToken, number: int | None = None) -> None:
        """A card is held to the reader. Returns when the station has decided."""
        if not 1 <= len(token.idToken) <= LONGEST:
            raise ValueError(f"an idToken has 1 to {LONGEST} characters, not {len(token.idToken)}: {token.idToken!r}")
        if not self.context.supplied.on:
            raise NotPossible("the station has no power; restore_power() first")
        evse = self.evses[number] if number is not None else self._meant(token)
        if evse is None:
            await self._to_stop_all(token)
        elif evse.admission is not None:
            await self._to_stop(evse, evse.admission, token)
        elif evse.owner is not None:
            self._to_unlock(evse, evse.owner, token)
        elif not evse.free:
            self._refused(evse, token, f"the connector is {evse.status}")
        else:
            await self.to_start(evse, token)

    def _meant(self, token: IdToken) -> Evse | None:
        """Which EVSE a card at the common reader is for."""
        evses = list(self.evses.values())
        free = [one for one in evses if one.free]
        candidates = [
            [one for one in evses if one.admission is not None and one.admission.token.same(token)],
            [one for one in free if one.connected],
            [one for one in evses if one.admission is not None and one.admission.group is not None],
            free,
            evses if len(evses) == 1 else [],
        ]
        return next((group[0] for group in candidates if group), None)

    async def to_start(self, evse: Evse, token: IdToken, remote_start: int | None = None) -> None:
        """Ask whether `token` may charge here, and let it."""
        decision = await self.authorizer.decide(token)
        if not decision.accepted:
            self._refused(evse, token, decision.why)
        elif self.authorizer.is_master(decision.group):
            self._refused(evse, token, "a master pass starts nothing")  # C16.FR.03
        elif not (self.context.supplied.on and evse.free):
            self._refused(evse, token, "the connector is no longer free")
        else:
            self.sessions.authorize(evse, Admission(token, decision.group, remote_start))

    async def _to_stop(self, evse: Evse, admission: Admission, token: IdToken) -> None:
        """The card that started stops without a question (C01.FR.03), others after Authorize: a group, a master."""
        if token.same(admission.token):
            self.sessions.stop(evse, "StopAuthorized", "Local", token)
            return
        decision = await self.authorizer.decide(token)
        if evse.admission is not admission:
            self._refused(evse, token, "the other one has gone meanwhile")
        elif decision.accepted and self.authorizer.is_master(decision.group):
            self.sessions.stop(evse, "StopAuthorized", "MasterPass", token)
        elif decision.accepted and admission.group is not None and decision.group == admission.group:
            self.sessions.stop(evse, "StopAuthorized", "Local", token)
        else:
            self._refused(evse, token, "another card has started here")

    async def _to_stop_all(self, token: IdToken) -> None:
        """No EVSE is free: only a master pass has something to do here (C16.FR.01)."""
        decision = await self.authorizer.decide(token)
        if not (decision.accepted and self.authorizer.is_master(decision.group)):
            self._refused(None, token, "no connector is free")
            return
        for evse in self.evses.values():
            if evse.admission is not None:
                self.sessions.stop(evse, "StopAuthorized", "MasterPass", token)

    def _to_unlock(self, evse: Evse, owner: IdToken, token: IdToken) -> None:
        """After a de-authorization the cable stays locked for its owner (E05.FR.10)."""
        if token.same(owner):
            evse.locked, evse.owner = False, None
            records.keep(self.context, evse)
            self.context.events.publish("driver", f"connector {evse.id}: lock open", evse.id)
        else:
            self._refused(evse, token, "the cable belongs to another card")

    def _refused(self, evse: Evse | None, token: IdToken, why: str) -> None:
        number = None if evse is None else evse.id
        self.context.events.publish("authorization", f"{token.idToken} is refused: {why}", number, refused=True)
