"""The rules of OCPP 1.6: those of OCPP-J, and what the chapters of the standard say about values and messages."""

from typing import Final

from ocppj.rules import errors, exchanges, rpc
from ocppj.rules.book import Book
from ocppj.rules.v16 import (
    boot,
    configuration,
    connectors,
    lists,
    reservation,
    schedules,
    smart_charging,
    status,
    text,
    times,
    transactions,
    values,
)

BOOK: Final = Book(
    module.CHAPTER
    for module in (
        rpc,
        exchanges,
        errors,
        values,
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
