"""Passwords of stations: scrypt at rest, checked off the event loop, remembered for as long as the process lives.

scrypt is in the standard library (OpenSSL), needs memory as well as time, and carries its cost within the hash, so that
it can be raised. The cost is moderate (4 MiB, about 10 ms), because an AuthorizationKey is 16 to 20 random octets that
nobody guesses (A00.FR.205). What was checked once is kept as a keyed digest, so that a site of thousands of stations
that comes back after an outage costs a look into a table each, and a wrong password that is tried again and again does
too. Wrong ones are kept apart, so that they push out no right one. Of each station one password is computed at a time
and a few wait, so that whoever guesses at one station holds up no other.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

COST, BLOCK, PARALLEL = 2**12, 8, 1
_SALT = 16
_LENGTH = 32
_MAX_MEMORY = 256 * 1024 * 1024

WORKERS = max(1, min(2, (os.cpu_count() or 1) - 1))
"""Threads that compute. One core is left for the event loop, for whoever is online waits for that, and as long as a
storm of stations whose passwords are new goes on, these threads never rest."""

REMEMBERED = 65_536
"""Right passwords that are kept: about 13 MB when full."""

REMEMBERED_WRONG = 4_096
"""Wrong ones."""

WAITING = 4
"""Checks of one station that wait for the one under way."""


class Busy(Exception):
    """Too many passwords of this station wait to be checked."""


def hashed(password: bytes) -> str:
    """A new hash of a password: `scrypt$cost$block$parallel$salt$digest`."""
    salt = secrets.token_bytes(_SALT)
    digest = _digest(password, salt, COST, BLOCK, PARALLEL)
    return f"scrypt${COST}${BLOCK}${PARALLEL}${_text(salt)}${_text(digest)}"


def matches(password: bytes, stored: str) -> bool:
    """Whether a password has this hash, compared in constant time. Raises ValueError when it is no hash of ours."""
    name, cost, block, parallel, salt, digest = stored.split("$")
    if name != "scrypt":
        raise ValueError(f"'{name}' is no way of hashing that is known here")
    found = _digest(password, base64.b64decode(salt), int(cost), int(block), int(parallel))
    return hmac.compare_digest(found, base64.b64decode(digest))


class _Turn:
    """Of one station: who computes, and how many want to, that one included."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.waiting = 0


class Vault:
    """Hashes and checks passwords on threads of its own; everything else of the CSMS goes on meanwhile."""

    def __init__(self, remembered: int = REMEMBERED, remembered_wrong: int = REMEMBERED_WRONG) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="csms-passwords")
        self._secret = secrets.token_bytes(32)
        self._right: OrderedDict[bytes, None] = OrderedDict()
        self._wrong: OrderedDict[bytes, None] = OrderedDict()
        self._remembered, self._remembered_wrong = remembered, remembered_wrong
        self._turns: dict[str, _Turn] = {}
        self.computed = 0
        """How many times a hash had to be computed."""

    async def hash(self, password: bytes) -> str:
        """A new hash of a password."""
        self.computed += 1
        return await asyncio.get_running_loop().run_in_executor(self._threads, hashed, password)

    async def check(self, password: bytes, stored: str | None, whose: str = "") -> bool:
        """Whether a password has this hash; without a hash none has. `whose` is the station. Raises Busy."""
        if stored is None:
            return False
        mark = hmac.digest(self._secret, stored.encode() + b"\0" + password, "sha256")
        known = self._recall(mark)
        if known is not None:
            return known
        turn = self._turns.get(whose)
        if turn is None:
            turn = self._turns[whose] = _Turn()
        if turn.waiting > WAITING:
            raise Busy
        turn.waiting += 1
        try:
            async with turn.lock:
                known = self._recall(mark)  # somebody tried the same meanwhile
                return await self._compute(mark, password, stored) if known is None else known
        finally:
            turn.waiting -= 1
            if not turn.waiting:
                del self._turns[whose]

    def _recall(self, mark: bytes) -> bool | None:
        for memory, outcome in ((self._right, True), (self._wrong, False)):
            if mark in memory:
                memory.move_to_end(mark)
                return outcome
        return None

    async def _compute(self, mark: bytes, password: bytes, stored: str) -> bool:
        self.computed += 1
        outcome = await asyncio.get_running_loop().run_in_executor(self._threads, matches, password, stored)
        memory, most = (self._right, self._remembered) if outcome else (self._wrong, self._remembered_wrong)
        memory[mark] = None
        while len(memory) > most:
            memory.popitem(last=False)
        return outcome

    def close(self) -> None:
        """Finish what is under way; no more can be checked."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _digest(password: bytes, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=cost, r=block, p=parallel, maxmem=_MAX_MEMORY, dklen=_LENGTH)


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
