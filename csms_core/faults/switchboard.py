"""Which faults are on for whom, and where they act on a connection.

Without faults a connection costs one look into an empty dict per message. With them, the messages of the station are
read a second time here, so that neither the handlers nor the peer have to know.
"""

from __future__ import annotations

import difflib
from collections import OrderedDict, deque
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, Literal

from csms_core.auth.policy import STRICT, Handshake
from csms_core.faults.model import Fault, Incoming, Instead, Outgoing, Past, Reaction
from ocppj.frames import Call, CallError, CallResult, parse

if TYPE_CHECKING:
    from websockets.asyncio.server import ServerConnection

    from csms_core.pki.contexts import TlsSettings

MAX_HISTORY = 128
MAX_OPEN = 64


class UnknownFault(Exception):
    """There is no fault of that name in the catalogue."""


class NotForOneStation(Exception):
    """The fault can only be on for all stations."""


class Switchboard:
    """The faults that are on, for single stations or (None) for all. `right` is how a handshake is judged without."""

    def __init__(self, catalogue: Mapping[str, Fault], right: Handshake = STRICT) -> None:
        self.catalogue = catalogue
        self._right = right
        self._on: dict[str, set[str | None]] = {}
        self.on: Mapping[str, Collection[str | None]] = self._on  # to look at; empty as long as no fault is on
        self._histories: dict[str, deque[Past]] = {}

    def switch_all(self, names: Collection[str]) -> None:
        """Switch on what `names` has, NAME or NAME@STATION. Raises UnknownFault, NotForOneStation."""
        for each in names:
            name, _, station = each.partition("@")
            self.switch(name, True, station or None)

    def switch(self, name: str, enabled: bool, station: str | None = None) -> None:
        """Switch a fault on or off, for one station or for all. Raises UnknownFault, NotForOneStation."""
        if name not in self.catalogue:
            near = difflib.get_close_matches(name, self.catalogue, n=1, cutoff=0.8)
            advice = (
                f"did you mean {near[0]}?" if near else "the list is at GET /api/v1/faults and behind --list-faults."
            )
            raise UnknownFault(f"There is no fault '{name}'; {advice}")
        if enabled and station is not None and self.catalogue[name].is_for_all:
            raise NotForOneStation(
                f"The fault '{name}' acts before anybody knows which station connects; switch it on for all stations."
            )
        whom = self._on.setdefault(name, set())
        if enabled:
            whom.add(station)
        else:
            whom.discard(station)
        if not whom:
            del self._on[name]
        for identity in [identity for identity in self._histories if not self.active(identity)]:
            del self._histories[identity]

    def scopes(self, name: str) -> frozenset[str | None]:
        """For whom a fault is on; None stands for all stations."""
        return frozenset(self._on.get(name, ()))

    def active(self, identity: str) -> list[Fault]:
        """The faults that are on for a station, in the order they were switched on."""
        if not self._on:
            return []
        return [self.catalogue[name] for name, whom in self._on.items() if None in whom or identity in whom]

    def handshake(self, identity: str) -> Handshake:
        """How the handshake of a station is judged."""
        handshake = self._right
        for fault in self.active(identity):
            if fault.handshake is not None:
                handshake = fault.handshake(handshake)
        return handshake

    def tls(self, settings: TlsSettings) -> TlsSettings:
        """How the encryption of any connection is set up, given how it is set up rightly."""
        for name in self._on:
            hook = self.catalogue[name].tls
            if hook is not None:
                settings = hook(settings)
        return settings

    def socket(self, identity: str, connection: ServerConnection) -> None:
        """A connection of a station begins to be served."""
        for fault in self.active(identity):
            if fault.socket is not None:
                fault.socket(connection)

    def history(self, identity: str) -> deque[Past]:
        """What went over the wire of a station while faults were on, the newest last."""
        return self._histories.setdefault(identity, deque(maxlen=MAX_HISTORY))


class Wire:
    """The place on one connection where faults act: it is told every text in both directions.

    `subprotocol` is that of the version that is spoken, whatever the handshake has named.
    """

    def __init__(self, switchboard: Switchboard, identity: str, subprotocol: str) -> None:
        self._switchboard = switchboard
        self._identity = identity
        self._subprotocol = subprotocol
        self._open: dict[Literal["station", "csms"], OrderedDict[str, tuple[str, Any]]] = {
            "station": OrderedDict(),
            "csms": OrderedDict(),
        }
        self._earlier: deque[str] = deque(maxlen=MAX_OPEN)

    def arrived(self, text: str) -> Reaction | None:
        """A text came from the station; None: the CSMS gets to see it. Where faults meet, the first one decides."""
        faults = self._switchboard.active(self._identity)
        if not faults:
            return None
        frame = parse(text)
        past = tuple(self._switchboard.history(self._identity))
        incoming = Incoming(frame, self._subprotocol, tuple(self._earlier), tuple(self._open["csms"]), past)
        reactions = (fault.arrival(incoming) for fault in faults if fault.arrival)
        reaction = next((made for made in reactions if made is not None), None)
        if isinstance(frame, Call):
            self._remember("station", frame.id, frame.action, frame.payload)
            self._earlier.append(frame.id)
        elif isinstance(frame, CallResult):
            asked = self._open["csms"].pop(frame.id, None)
            if asked is not None:
                self._switchboard.history(self._identity).append(Past("station", "result", asked[0], frame.payload))
        elif isinstance(frame, CallError):
            self._open["csms"].pop(frame.id, None)
        return reaction

    def leaves(self, text: str) -> Instead | None:
        """A text is about to be sent; None: send it as it is. Where faults meet, the one switched on first decides."""
        faults = self._switchboard.active(self._identity)
        if not faults:
            return None
        message, pasts = self._outgoing(text)
        if message is None:
            return None
        instead = next((made for made in (f.message(message) for f in faults if f.message) if made is not None), None)
        self._switchboard.history(self._identity).extend(pasts)
        return instead

    def _outgoing(self, text: str) -> tuple[Outgoing | None, list[Past]]:
        frame = parse(text)
        past = tuple(self._switchboard.history(self._identity))
        if isinstance(frame, Call):
            self._remember("csms", frame.id, frame.action, frame.payload)
            message = Outgoing("call", frame.id, frame.action, frame.payload, self._subprotocol, history=past)
            return message, [Past("csms", "call", frame.action, frame.payload)]
        if isinstance(frame, CallResult):
            asked = self._open["station"].pop(frame.id, None)
            if asked is None:
                return None, []
            action, request = asked
            message = Outgoing("result", frame.id, action, frame.payload, self._subprotocol, request or {}, past)
            said = Past("station", "call", action, request or {})
            return message, [said, Past("csms", "result", action, frame.payload)]
        return None, []

    def _remember(self, sender: Literal["station", "csms"], id: str, action: str, payload: Any) -> None:
        calls = self._open[sender]
        calls[id] = (action, payload)
        if len(calls) > MAX_OPEN:
            calls.popitem(last=False)
