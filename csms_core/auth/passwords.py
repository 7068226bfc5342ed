"""Passwords of stations: scrypt at rest, checked off the event loop, remembered for as long as the process lives.

scrypt is in the standard library (OpenSSL), needs memory as well as time, and carries its cost within the hash, so that
it can be raised. The cost is moderate (4 MiB, about 10 ms), because an AuthorizationKey is 16 to 20 random octets that
nobody guesses (A00.FR.205). What was checked once is kept as a keyed digest, so that a site of thousands of stations
that comes back after an outage costs a look into a table each, and a wrong password that is tried again and again does
too.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import secrets
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor

COST, BLOCK, PARALLEL = 2**12, 8, 1
_SALT = 16
_LENGTH = 32
_MAX_MEMORY = 256 * 1024 * 1024

WORKERS = 2
REMEMBERED = 65_536
"""Outcomes that are kept: about 13 MB when full."""


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


class Vault:
    """Hashes and checks passwords on threads of its own; everything else of the CSMS goes on meanwhile."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._threads = ThreadPoolExecutor(WORKERS, thread_name_prefix="csms-passwords")
        self._secret = secrets.token_bytes(32)
        self._known: OrderedDict[bytes, bool] = OrderedDict()
        self._remembered = remembered
        self.computed = 0
        """How many times a hash had to be computed."""

    async def hash(self, password: bytes) -> str:
        """A new hash of a password."""
        self.computed += 1
        return await asyncio.get_running_loop().run_in_executor(self._threads, hashed, password)

    async def check(self, password: bytes, stored: str | None) -> bool:
        """Whether a password has this hash; without a hash none has."""
        if stored is None:
            return False
        mark = hmac.digest(self._secret, stored.encode() + b"\0" + password, "sha256")
        known = self._known.get(mark)
        if known is not None:
            self._known.move_to_end(mark)
            return known
        self.computed += 1
        outcome = await asyncio.get_running_loop().run_in_executor(self._threads, matches, password, stored)
        self._known[mark] = outcome
        while len(self._known) > self._remembered:
            self._known.popitem(last=False)
        return outcome

    def close(self) -> None:
        """Finish what is under way; no more can be checked."""
        self._threads.shutdown(wait=True, cancel_futures=True)


def _digest(password: bytes, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    return hashlib.scrypt(password, salt=salt, n=cost, r=block, p=parallel, maxmem=_MAX_MEMORY, dklen=_LENGTH)


def _text(octets: bytes) -> str:
    return base64.b64encode(octets).decode()
