"""The rules of OCPP 1.6: those of OCPP-J, and what the chapters of the standard say about values and messages."""

from typing import Final

from ocppj.rules import errors, exchanges, rpc
from ocppj.rules.book import Book
from ocppj.rules.v16 import values

BOOK: Final = Book([rpc.CHAPTER, exchanges.CHAPTER, errors.CHAPTER, values.CHAPTER])
"""All of them."""
