"""The driver of the station: it says over a socket what is done, one JSON line for each act."""

import json
import socket

SECONDS = 15


class Hands:
    """Two hands with a plug and a card. `control`: the port that the station has said."""

    def __init__(self, control: str) -> None:
        self._control = int(control)

    def plug_in(self, connector: int) -> None:
        """Into the vehicle; at the station the cable is attached."""
        self._do("plug_in", connector=connector)

    def unplug(self, connector: int) -> None:
        """Out of the vehicle."""
        self._do("unplug", connector=connector)

    def unplug_vehicle(self, connector: int) -> None:
        """The same: the cable has no other end."""
        self._do("unplug", connector=connector)

    def present(self, tag: str, connector: int) -> None:
        """Both outlets have the same reader; the one in use is chosen beside it."""
        self._do("present", connector=connector, tag=tag)

    def _do(self, act: str, **arguments: object) -> None:
        with socket.create_connection(("127.0.0.1", self._control), SECONDS) as station:
            station.sendall(json.dumps({"act": act, **arguments}).encode() + b"\n")
            if station.makefile().readline() != "done\n":
                raise ConnectionError("the station has gone")
