"""Durations, rates and places to listen at as people write them: `60s`, `5m`, `1.5h`, `50/s`, `300/m`, `:9464`."""

from __future__ import annotations

import math
import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|min|m|h)?")
_LISTENING = re.compile(r"(?:(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]*):)?([0-9]{1,5})")
_SHARE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*%")
_RATE = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(?:/\s*(s|min|m|h))?")


def duration(text: str) -> float:
    """Seconds of `90`, `90s`, `1.5m` or `2h`. Raises `ValueError` with a sentence."""
    match = _DURATION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no duration; write it as 60s, 5m or 1h")
    return _finite(text, float(match[1]) * _SECONDS[match[2] or "s"])


def rate(text: str) -> float:
    """How often a second: `50/s`, `300/m`, or plain `50`. Raises `ValueError` with a sentence."""
    match = _RATE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no rate; write it as 50/s or 300/m")
    return _finite(text, float(match[1]) / _SECONDS[match[2] or "s"])


def share(text: str) -> float:
    """0.05 of `5%`. Raises `ValueError` with a sentence."""
    match = _SHARE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no share; write it as 5% or 100%")
    return float(match[1]) / 100


def listening(text: str) -> tuple[str, int]:
    """Host and port of `9464`, `:9464`, `0.0.0.0:9464` or `[::1]:9464`; without a host it is this machine alone.

    Raises `ValueError` with a sentence.
    """
    match = _LISTENING.fullmatch(text.strip())
    if match is None or not 0 < int(match[2]) < 65536:
        raise ValueError(f"{text!r} is no place to listen at; write it as 9464 or 0.0.0.0:9464")
    return (match[1] or "127.0.0.1").strip("[]"), int(match[2])


def _finite(text: str, value: float) -> float:
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]}... is too large a number")
    return value
