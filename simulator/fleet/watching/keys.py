"""The keys: what each of them orders, and what of it is under way (docs/load.md, "By hand")."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from typing import Final

from simulator.fleet.steering.orders import Order

HALF: Final = 0.5
STEP: Final = 0.1
"""Share of the planned stations that come or go with one key."""

_TOKEN = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1bO.|\x1b|[^\x1b]", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(\[[0-?]*[ -/]*|O)?\Z")


class Typed:
    """Bytes of a terminal as keys; what an arrow or a function key sends is one key."""

    def __init__(self) -> None:
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""  # of a key of which not everything has come

    def keys(self, data: bytes) -> Iterator[str]:
        """The keys in what the terminal sent."""
        text = self._rest + self._decode(data)
        cut = _UNFINISHED.search(text)
        end = len(text) if cut is None else cut.start()
        self._rest = text[end:]
        yield from _TOKEN.findall(text[:end])


class Keys:
    """Orders what the keys mean; what is under way is ended by the key that began it."""

    def __init__(self, stations: int, order: Callable[[Order], bool], quit: Callable[[], None]) -> None:
        """So many `stations` are planned. `order` says whether it was heard; `quit` ends the run beside that order."""
        self.step = max(1, round(STEP * stations))
        self.is_paused = self.is_dark = self.is_ending = False
        self._order = order
        self._quit = quit
        self._does: dict[str, Callable[[], None]] = {
            "+": self._more,
            "=": self._more,  # the same key without Shift
            "\x1b[A": self._more,
            "-": self._fewer,
            "\x1b[B": self._fewer,
            "p": self._pause,
            "b": self._black_out,
            "h": self._half,
            "r": self._restart,
            "q": self._end,
        }

    def press(self, key: str) -> None:
        """Do what a key means; others mean nothing."""
        if (does := self._does.get(key.lower() if len(key) == 1 else key)) is not None:
            does()

    def help(self) -> list[tuple[str, str]]:
        """Each key and what it does now."""
        network = "network back" if self.is_dark else "network off"
        return [
            ("+ -", f"{self.step} station{'s' * (self.step > 1)}"),
            ("p", "drivers go on" if self.is_paused else "pause drivers"),
            ("b", network),
            *([] if self.is_dark else [("h", "for half")]),
            ("r", "restart all"),
            ("q", "quit"),
        ]

    def standing(self) -> str:
        """What was begun by a key and lasts, in words."""
        if self.is_ending:
            return "the run ends: sessions are stopped, and what is queued is delivered; Ctrl-C ends it at once"
        paused = "no new drivers come" if self.is_paused else ""
        return ", ".join(filter(None, (paused, "the network is off" if self.is_dark else "")))

    def _more(self) -> None:
        self._order(Order("more", self.step))

    def _fewer(self) -> None:
        self._order(Order("fewer", self.step))

    def _pause(self) -> None:
        if self._order(Order("go on" if self.is_paused else "pause")):
            self.is_paused = not self.is_paused

    def _black_out(self) -> None:
        self._network(1.0)

    def _half(self) -> None:
        self._network(HALF)

    def _network(self, share: float) -> None:
        if self._order(Order("light") if self.is_dark else Order("black out", share=share)):
            self.is_dark = not self.is_dark

    def _restart(self) -> None:
        self._order(Order("restart"))

    def _end(self) -> None:
        self.is_ending = True
        self._order(Order("quit"))
        self._quit()
