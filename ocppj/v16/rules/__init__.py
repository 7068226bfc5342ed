"""The rules of OCPP 1.6: those of OCPP-J, and what the chapters of the standard say about values and messages."""

from typing import Final

from ocppj.rules import exchanges as any_exchanges
from ocppj.rules import rpc as any_rpc
from ocppj.rules import writing
from ocppj.rules.book import Book
from ocppj.v16.rules.core import boot, configuration, status, transactions
from ocppj.v16.rules.messages import errors, exchanges, rpc
from ocppj.v16.rules.profiles import lists, reservation, schedules, smart_charging
from ocppj.v16.rules.values import connectors, schemas, text, times

BOOK: Final = Book(
    module.CHAPTER
    for module in (
        any_rpc,
        any_exchanges,
        writing,
        rpc,
        exchanges,
        errors,
        schemas,
        text,
        times,
        connectors,
        boot,
        lists,
        transactions,
        status,
        configuration,
        reservation,
        smart_charging,
        schedules,
    )
)
"""All of them, in the order of the catalogue's chapters."""
