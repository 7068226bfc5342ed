"""What a terminal shows: the stations that are connected, what was found, the last frames."""

from __future__ import annotations

import time
from collections import deque
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from harness.instruments.proxy.judging.events import Event
from harness.instruments.proxy.judging.judge import Judge
from harness.instruments.proxy.views.lines import line
from ocppj.evidence.outside import shown

STYLES: Final = {"MUST": "bold red", "SHOULD": "yellow", "INFO": "dim"}
_KINDS: Final = {"finding": "red", "fault": "magenta", "refused": "bold red", "note": "yellow", "frame": "dim"}
_STATIONS: Final = 12
_FINDINGS: Final = 8
_EVENTS: Final = 12


class Picture:
    """The live picture; it is drawn from what the judge knows when it is asked for."""

    def __init__(self, judge: Judge, heading: str) -> None:
        self._judge = judge
        self._heading = heading
        self._events: deque[Event] = deque(maxlen=_EVENTS)

    def heard(self, event: Event) -> None:
        """An event, for the last lines."""
        self._events.append(event)

    def __rich__(self) -> RenderableType:
        parts: list[RenderableType] = [Text(self._heading, style="bold"), self._totals(), self._stations()]
        if self._judge.tally.all:
            parts.append(self._found())
        parts += [Text(line(event), style=_KINDS.get(event.kind, ""), no_wrap=True) for event in self._events]
        return Group(*parts)

    def _totals(self) -> Text:
        figures, tally = self._judge.figures, self._judge.tally
        text = Text(
            f"{len(self._judge.open)} open of {figures.connections}   "
            f"station -> csms {figures.messages['station']}   csms -> station {figures.messages['csms']}   "
        )
        text.append(f"MUST {tally.count('MUST')}", style="bold red" if tally.count("MUST") else "green")
        text.append(f"   SHOULD {tally.count('SHOULD')}   judge {figures.lag * 1000:.1f} ms behind")
        unseen = sum(figures.unseen.values())
        if unseen:
            text.append(f"   {unseen} messages not judged", style="bold yellow")
        return text

    def _stations(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("Station", "OCPP", "Since", "->", "<-", "Findings"):
            table.add_column(name, justify="left" if name in ("Station", "OCPP") else "right")
        watched = list(self._judge.open.values())
        for each in watched[-_STATIONS:]:
            table.add_row(
                Text(shown(each.identity, longest=40) or each.address),
                each.version or each.state,
                f"{time.time() - each.since:.0f} s",
                str(each.counts["station"]),
                str(each.counts["csms"]),
                Text(str(each.findings), style="red" if each.findings else ""),
            )
        if len(watched) > _STATIONS:
            table.add_row(f"and {len(watched) - _STATIONS} more")
        return table

    def _found(self) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in ("Rule", "Party", "Times", "First"):
            table.add_column(name, justify="right" if name == "Times" else "left", no_wrap=name != "First")
        for found in self._judge.tally.all[:_FINDINGS]:
            style = STYLES[found.level]
            table.add_row(
                Text(f"{found.level} {found.rule}", style=style), found.party, str(found.count), Text(found.sentence)
            )
        return table
