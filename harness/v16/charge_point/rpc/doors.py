"""How a station comes to the door and keeps its connection: address, pauses, pings (OCPP-J 1.6 §3, §5, §7)."""

from __future__ import annotations

from typing import Final
from urllib.parse import unquote

from harness.bay.knock import Knock
from harness.case.verdicts import Inconclusive
from harness.v16.charge_point import states
from harness.v16.charge_point.csms import Csms

_PING: Final = "WebSocketPingInterval"
_REPEATED: Final = ("TransactionMessageAttempts", "TransactionMessageRetryInterval")
_RESERVED: Final = frozenset(' "<>\\^`{|}')
"""What an address may not hold as it is (RFC 3986 §2)."""
_SHARE: Final = 0.25
_LATE: Final = 0.5
"""The parts of a pause by which it may be shorter or longer, if that is not more than the deviation of clocks."""


# --- the address -----------------------------------------------------------------------------------------------------


def ends_with_identity(csms: Csms, knock: Knock, *, rule: str) -> None:
    """The last segment of the address is the identity, and nothing comes after it."""
    path = knock.path
    csms.wire.judges(
        rule,
        unquote(path.rpartition("/")[2]) == csms.run.identity,
        expected=f"an address that ends with /{csms.run.identity}",
        actual=f"it is {path}",
    )


def is_encoded(csms: Csms, knock: Knock, *, rule: str) -> None:
    """Nothing stands in the address as it is that has to be percent-encoded."""
    wrong = sorted({one for one in knock.path if one in _RESERVED or not one.isascii()})
    csms.wire.judges(
        rule, not wrong, expected="an address that is percent-encoded", actual=f"{''.join(wrong)} is not encoded"
    )


async def comes(csms: Csms, *, rule: str, within: float | None = None) -> Knock:
    """The station is at the door once more."""
    knock = await csms.knocks(rule=rule, within=within)
    csms.run.judge(rule)
    return knock


# --- pauses between attempts -----------------------------------------------------------------------------------------


def patience(csms: Csms, first: Knock, second: Knock) -> float:
    """Seconds in which the next attempt comes, if the pauses grow as those of other stations do: twofold, or less."""
    return 2 * (1 + _LATE) * _seconds(first, second) + csms.run.sut.timeouts.long_s


def pauses_grow(csms: Csms, first: Knock, second: Knock, third: Knock, *, rule: str) -> None:
    """The second pause is not shorter than the first one, but for what chance and clocks make of it."""
    before, after = _seconds(first, second), _seconds(second, third)
    csms.wire.judges(
        rule,
        after >= before - min(csms.run.sut.timeouts.deviation_s, _SHARE * before),
        expected=f"a pause of {before:.1f} s or more",
        actual=f"the next attempt comes after {after:.1f} s",
    )


def _seconds(first: Knock, second: Knock) -> float:
    return (second.at - first.at) / 1e9


# --- pings -----------------------------------------------------------------------------------------------------------


async def can_ping(csms: Csms) -> None:
    """Raises ``Inconclusive`` for a station that cannot be told when to ping."""
    if not await states.supports(csms, _PING):
        raise Inconclusive(f"the station has no {_PING}")


async def pings_every(csms: Csms, seconds: int) -> None:
    """WebSocketPingInterval is so many seconds; 0 is never. Raises ``Inconclusive``."""
    await can_ping(csms)
    await states.configures(csms, **{_PING: str(seconds)})


async def pings_in_time(csms: Csms, seconds: int, *, rule: str) -> None:
    """Two pings come, so many seconds after each other."""
    slack = min(csms.run.sut.timeouts.deviation_s, _LATE * seconds)
    pings = await csms.wire.pinged(2, within=2 * (seconds + slack) + csms.run.sut.timeouts.message_s)
    csms.wire.judges(rule, len(pings) == 2, expected=f"a ping every {seconds} s", actual=f"{len(pings)} came")
    passed = (pings[1] - pings[0]) / 1e9
    csms.wire.judges(
        rule,
        abs(passed - seconds) <= slack,
        expected=f"a ping every {seconds} s",
        actual=f"the next one comes after {passed:.1f} s",
    )


async def pings_no_more(csms: Csms, seconds: int, *, rule: str) -> None:
    """No ping comes in the time in which one would have come before."""
    within = seconds + min(csms.run.sut.timeouts.deviation_s, _LATE * seconds)
    pings = await csms.wire.pinged(1, within=within)
    csms.wire.judges(rule, not pings, expected=f"no ping in {within:g} s", actual="one came")


async def pings_before_the_last_attempt(csms: Csms, *, rule: str) -> None:
    """WebSocketPingInterval is 0, or below what the attempts to deliver a transaction message take together."""
    await can_ping(csms)
    found = await states.configuration(csms, _PING, *_REPEATED)
    ping, attempts, interval = (_number(found, key) for key in (_PING, *_REPEATED))
    longest = attempts * interval
    csms.wire.advises(
        rule,
        ping == 0 or longest == 0 or ping < longest,
        expected=f"{_PING} below {attempts} times {interval} s",
        actual=f"it is {ping} s",
    )


def _number(found: states.Configuration, key: str) -> int:
    text = (found.get(key, (None, False))[0] or "").strip()
    if not text.isdecimal():
        raise Inconclusive(f"the station does not tell {key} as a number")
    return int(text)
