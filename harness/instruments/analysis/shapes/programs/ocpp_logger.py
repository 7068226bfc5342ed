"""What the logger of the Python package ``ocpp`` prints: ``CP-1: receive message [2,...]`` and ``CP-1: send [3,...]``.

Whatever format the logger was given; whether a CSMS or a station wrote it, the frames tell.
"""

import re
from typing import Final

from harness.instruments.analysis.shapes.shape import LineShape

_BASIC: Final = re.compile(r"\A[A-Z]+:[\w.]+:")
"""The level and the name of the logger, as ``logging.basicConfig`` writes them before a message."""


def _station(word: str) -> str:
    return _BASIC.sub("", word)


SHAPE: Final = LineShape(
    "ocpp",
    "log of the Python package ocpp",
    r"(?:\A|(?<=\s))(?P<station>\S+): (?P<sender>receive message|send) (?=\S)",
    {"receive message": "in", "send": "out"},
    station=_station,
)
