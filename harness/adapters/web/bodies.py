"""Bodies of answers, read with a bound: as they come over the wire, and unpacked (RFC 9110 §8.4).

An answer of a few kilobytes may unpack to gigabytes, so nothing is unpacked but up to the bound.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterable
from typing import Final

MOST: Final = 1 << 20
"""Octets of an answer that are read, and that it is unpacked to, at most."""
_LAYERS: Final = 3
_GZIP: Final = 31  # window of zlib that stands for gzip
_WINDOWS: Final = {"gzip": (_GZIP,), "x-gzip": (_GZIP,), "deflate": (zlib.MAX_WBITS, -zlib.MAX_WBITS)}


class Unreadable(Exception):
    """A body cannot be unpacked; the text says why."""


async def beginning(chunks: AsyncIterable[bytes]) -> tuple[bytes, bool]:
    """Up to MOST octets of a body, and whether there was more."""
    data = bytearray()
    async for chunk in chunks:
        data += chunk
        if len(data) > MOST:
            return bytes(data[:MOST]), True
    return bytes(data), False


def unpacked(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """A body without its `Content-Encoding`, up to MOST octets, and whether there was more. Raises Unreadable."""
    layers = [layer for name in encoding.lower().split(",") if (layer := name.strip()) not in ("", "identity")]
    if len(layers) > _LAYERS:
        raise Unreadable(f"its body is packed {len(layers)} times")
    cut = False
    for layer in reversed(layers):
        if layer not in _WINDOWS:
            raise Unreadable(f"its body is packed as {layer}, which was not asked for")
        data, more = _unpacked(data, layer)
        cut = cut or more
    return data, cut


def _unpacked(data: bytes, layer: str) -> tuple[bytes, bool]:
    for window in _WINDOWS[layer]:
        try:
            return _inflated(data, window)
        except zlib.error as error:
            problem = error
    raise Unreadable(f"its body is said to be {layer} and is not ({problem})")


def _inflated(data: bytes, window: int) -> tuple[bytes, bool]:
    out = bytearray()
    while data:  # gzip may have several members
        inflate = zlib.decompressobj(window)
        out += inflate.decompress(data, MOST + 1 - len(out))
        if len(out) > MOST:
            return bytes(out[:MOST]), True
        if not inflate.eof:
            return bytes(out), True  # it ends in the middle
        data = inflate.unused_data if window == _GZIP else b""
    return bytes(out), False
