"""What SteVe's ``WebSocketLogger`` prints: ``[chargeBoxId=CP-1, sessionId=...] Received: [2,...]``, with any pattern.

SteVe is a CSMS: what it received came from the station.
"""

from typing import Final

from harness.instruments.analysis.shapes.shape import LineShape

_WHERE: Final = r"\[chargeBoxId=(?P<station>[^,\]]*), sessionId=[^\]]*\] "

SHAPE: Final = LineShape(
    "steve",
    "log of SteVe",
    rf"{_WHERE}(?P<sender>Received|Sending)(?: message)?: ",
    {"received": "station", "sending": "csms"},
    opened=rf"{_WHERE}Connection is established",
    closed=rf"{_WHERE}Connection is closed",
)
