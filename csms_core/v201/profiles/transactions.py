"""Block E, transactions (E01 to E08).

Events are answered and not argued with: the station cannot do anything about a doubt of the CSMS, and would only send
them again (E13). An event that tells an idToken is answered with what it is worth.
"""

from __future__ import annotations

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload, Registry
from csms_core.v201 import id_tokens
from csms_core.v201.store import events

registry = Registry()


@registry.handles("TransactionEvent")
async def transaction_event(station: StationContext, payload: Payload) -> Payload:
    """Book an event before it is acknowledged, and judge its idToken, also when the station has let it in already."""
    at, token = station.now(), payload.get("idToken")
    info = None if token is None else await id_tokens.judged(station, token, at)
    event = events.Event(station.identity, payload, info, at, station.config.concurrent_transactions)
    answer = await station.store.book(events.book, event)
    return {} if answer is None else {"idTokenInfo": answer}
