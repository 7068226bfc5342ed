"""The picture of a station on a screen of any size: a pure function of what is to be shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from textwrap import wrap

from rich.text import Text

from ocppj.evidence.outside import harmless
from simulator.kernel.snapshot import ConnectorState, State
from simulator.views.record import FrameSeen, Happened
from simulator.views.terminal import words
from simulator.views.terminal.rows import Cell, beside, columns, fitted, joined, line, rule, spread

WIDE = 150
"""Columns from which on frames and events stand side by side."""

PROMPT = "> "
_HINT: Cell = ("help names the commands, Tab completes them, quit or Ctrl-C ends the station", "italic")
_INDENT = "    "

_HEADINGS = ("#", "status", "cable", "transaction", "idTag", "energy", "power", "limit")
_RIGHT, _LEAST = frozenset({5, 6}), {7: 7, 1: 13, 4: 8, 3: 8}
_MOST_UNSENT, _MOST_SAID = 4, 4


@dataclass(frozen=True, slots=True)
class Picture:
    """What is shown. `said` are lines of the dialogue with their styles, `typed` is the line so far.

    `page`, when there is one, stands where the station is shown otherwise, from its line `page_from` on.
    """

    state: State
    frames: Sequence[FrameSeen] = ()
    events: Sequence[Happened] = ()
    faults: Sequence[str] = ()
    said: Sequence[Cell] = ()
    typed: str = ""
    page: Sequence[str] = ()
    page_from: int = 0


def draw(picture: Picture, width: int, height: int) -> Text:
    """The picture in exactly so many columns and rows."""
    said = [line(part, width, style) for text, style in picture.said or [_HINT] for part in wrapped([text], width)]
    said = said[-_MOST_SAID:]
    room = max(0, height - 1 - len(said))
    above = _page(picture, width, room) if picture.page else _station(picture, width, room)
    above = [*above[:room], *[Text()] * (room - len(above))]
    rows = [*above, *said, _prompt(picture.typed, width)][-height:]
    return Text("\n", end="").join(rows)


def _prompt(typed: str, width: int) -> Text:
    room = max(1, width - len(PROMPT) - 2)
    shown = typed if len(typed) <= room else f"…{typed[1 - room :]}"
    return fitted(Text.assemble((PROMPT, "bold"), harmless(shown), (" ", "reverse")), width)


def wrapped(texts: Iterable[str], width: int) -> list[str]:
    """Texts broken into lines that fit."""
    at_least = max(2 * len(_INDENT), width)
    return [part for text in texts for part in wrap(text, at_least, subsequent_indent=_INDENT)]


def _page(picture: Picture, width: int, room: int) -> list[Text]:
    lines = wrapped(picture.page, width)
    shown = [line(text, width) for text in lines[picture.page_from :][: max(0, room - 1)]]
    more = picture.page_from + len(shown) < len(lines)
    foot = "Page Down shows more, Enter goes back" if more else "Enter goes back"
    return [*shown, *[Text()] * (room - 1 - len(shown)), line(foot, width, "italic")]


def _station(picture: Picture, width: int, room: int) -> list[Text]:
    """Header and connectors first; what is left is shared by the queue, the frames and the events."""
    head = [*_header(picture, width), *_connectors(picture.state, width, max(1, room // 3))]
    unsent = _unsent(picture.state, width) if room - len(head) > 12 else []
    left = room - len(head) - len(unsent)
    if width >= WIDE:
        left_width = (width - 3) * 3 // 5
        right_width = width - 3 - left_width
        frames = _frames(picture, left_width, left)
        return [*head, *unsent, *beside(frames, _events(picture, right_width, left), left_width, right_width)]
    for_events = max(0, left * 2 // 5)
    frames = _frames(picture, width, left - for_events)
    return [*head, *unsent, *frames, *_events(picture, width, for_events)]


def _header(picture: Picture, width: int) -> list[Text]:
    state = picture.state
    make = " ".join(state.identity.get(name, "") for name in ("chargePointVendor", "chargePointModel"))
    who = Text.assemble((harmless(state.id), "bold"), "  ", harmless(make))
    where, now = Text(harmless(state.url)), Text(f"{state.clock:%Y-%m-%d %H:%M:%S} UTC")
    profile = Text(f"security profile {state.security_profile}")
    lines = [spread(who, now, width), spread(where, profile, width), joined(words.summary(state), width)]
    if picture.faults:
        lines.append(line(f"broken on purpose: {', '.join(picture.faults)}", width, "magenta"))
    return lines


def _connectors(state: State, width: int, most: int) -> list[Text]:
    shown = state.connectors if len(state.connectors) <= most else state.connectors[: max(0, most - 1)]
    rows = [[(heading, "dim") for heading in _HEADINGS], *(_cells(one, state) for one in shown)]
    lines = columns(rows, width, right=_RIGHT, least=_LEAST)
    if hidden := len(state.connectors) - len(shown):
        busy = sum(one.transaction is not None for one in state.connectors[len(shown) :])
        lines.append(line(f"and {hidden} more connectors, {busy} of them with a transaction", width, "italic"))
    return [rule("connectors", width), *lines]


def _cells(one: ConnectorState, state: State) -> list[Cell]:
    status = one.status if one.errorCode == "NoError" else f"{one.status} ({one.errorCode})"
    energy = "-" if one.transaction is None else words.energy(one.transaction.energy)
    return [
        (str(one.connectorId), "bold"),
        (status, words.STYLES.get(one.status, "")) if state.powered else ("no power", "italic"),
        (words.cable(one), "bold red" if one.lock_jammed else ""),
        (words.session(one, state.clock), ""),
        (words.tag(one), ""),
        (energy, ""),
        ("-" if one.transaction is None else words.power(one.power), "green" if one.power else ""),
        (words.limit(one), "yellow" if one.limit is not None else ""),
    ]


def _unsent(state: State, width: int) -> list[Text]:
    if not state.queued:
        return []
    shown = state.queue[: _MOST_UNSENT if state.queued <= _MOST_UNSENT else _MOST_UNSENT - 1]
    lines = [line(words.unsent(one), width, "yellow") for one in shown]
    if state.queued > len(shown):
        lines.append(line(f"and {state.queued - len(shown)} more", width, "italic"))
    return [rule(f"unsent messages: {state.queued}", width), *lines]


def _frames(picture: Picture, width: int, room: int) -> list[Text]:
    """The newest frames that there is room for, each with the rules it breaks."""
    found: list[Text] = []
    for seen in reversed(picture.frames):
        lines = [_frame(seen, width)]
        lines += [line(f"  broken: {one.rule}, {one.level}: {one.message}", width, "red") for one in seen.findings]
        if len(found) + len(lines) > room - 1:
            break
        found = [*lines, *found]
    return [rule("frames", width), *found, *[Text()] * (room - 1 - len(found))][: max(0, room)]


def _frame(seen: FrameSeen, width: int) -> Text:
    arrow, style = ("->", "cyan") if seen.sender == "station" else ("<-", "green")
    if seen.findings or seen.type == "malformed":
        style = "bold red"
    elif seen.type == "CALLERROR":
        style = "yellow"
    said = f"{words.frame_type(seen)} {seen.action or ''} "
    body = harmless(words.payload(seen)[: 4 * width + 4])
    return fitted(Text.assemble(words.clock(seen.at), " ", (f"{arrow} {harmless(said)}", style), body), width)


def _events(picture: Picture, width: int, room: int) -> list[Text]:
    shown = picture.events[-(room - 1) :] if room > 1 else []
    lines = [joined([(words.clock(one.at), ""), *_told(one)], width, " ") for one in shown]
    return [rule("events", width), *lines][: max(0, room)]


def _told(one: Happened) -> list[Cell]:
    style = {"problem": "yellow", "output": "magenta"}.get(one.kind, "")
    return [(f"{one.kind:<13}", style), (one.text, style)]
