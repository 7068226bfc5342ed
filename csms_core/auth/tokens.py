"""Tokens of the API: random, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import re
import secrets

from csms_core.store import Store, clock, credentials
from ocppj.times import timestamp

NAME = r"^[A-Za-z0-9._-]{1,100}$"


class TokenError(Exception):
    """A token cannot be made; the message is one sentence."""


def digest(token: str) -> str:
    """What is kept of a token: it has 256 random bits that nobody guesses, so SHA-256 without salt is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


async def add(store: Store, name: str) -> str:
    """Make a token and keep its digest; returns the token. Raises TokenError."""
    if re.fullmatch(NAME, name) is None:
        raise TokenError("The name of a token has up to 100 letters, digits, dots, dashes and underscores.")
    token = f"pp_{secrets.token_urlsafe(32)}"
    at = timestamp(clock.now())
    if not await store.write(lambda connection: credentials.add_token(connection, name, digest(token), at)):
        raise TokenError(f"There is a token '{name}' already; delete it first, or choose another name.")
    return token


async def create(database: str, name: str) -> str:
    """Make a token in a database, whether a CSMS runs on it or not. Raises StoreError and TokenError."""
    store = await Store.open(database)
    try:
        return await add(store, name)
    finally:
        await store.close()
