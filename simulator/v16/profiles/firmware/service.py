"""Connectors out of service for an installation: at once where nobody charges, else afterwards (erratum 3.49)."""

from __future__ import annotations

from simulator.v16.parts import Parts


class OutOfService:
    """Takes connectors out of service until `end`. What the CSMS has ordered about them is not touched."""

    __slots__ = ("_changing", "parts")

    def __init__(self, parts: Parts) -> None:
        self.parts = parts
        self._changing = False

    def begin(self) -> bool:
        """Withdraw what is free; returns whether everything is."""
        if self._changing:  # a status that changes by it is no news
            return False
        self._changing = True
        try:
            for connector in self.parts.connectors.values():
                if connector.transaction is None and connector.authorized is None and not connector.withdrawn:
                    connector.withdrawn = True
                    connector.update()
        finally:
            self._changing = False
        return all(connector.withdrawn for connector in self.parts.connectors.values())

    def end(self) -> None:
        """Give them back; a station without power does so silently."""
        self._changing = True
        for connector in self.parts.connectors.values():
            connector.withdrawn = False
            connector.update()
