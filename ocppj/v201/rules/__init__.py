"""The rules of OCPP 2.0.1 that hold for every message: those of OCPP-J, and what is said of values."""

from typing import Final

from ocppj.rules import exchanges as any_exchanges
from ocppj.rules import rpc as any_rpc
from ocppj.rules import writing
from ocppj.rules.book import Book
from ocppj.v201.rules import errors, exchanges, rpc, values

BOOK: Final = Book(module.CHAPTER for module in (any_rpc, any_exchanges, writing, rpc, exchanges, errors, values))
"""All of them. An id that is one of 1.6, too, means the same there; the level and the source are this version's."""
