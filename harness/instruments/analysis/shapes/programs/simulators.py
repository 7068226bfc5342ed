"""What simulators and small stations and back ends print, each in lines of its own.

The simulator of SAP (``CS-1 | ...: >> Command 'Heartbeat' sent request payload: [2,...]``), MicroOcpp
(``[MO] Send: [2,...]``) and evcc (``recv CP-1: [2,...]``).
"""

from typing import Final

from harness.instruments.analysis.shapes.shape import LineShape

SAP: Final = LineShape(
    "sap-simulator",
    "log of the e-mobility charging stations simulator",
    r"(?:\A|(?<=\s))(?P<station>\S+) \| [^\[{]*?(?P<sender>>>|<<) Command '[^']*' (?:sent|received) \w+ payload: ",
    {">>": "station", "<<": "csms"},
)

MICRO_OCPP: Final = LineShape(
    "microocpp",
    "log of MicroOcpp",
    r"\[(?:MO|AO|OCPP)\][^\[]*?\b(?P<sender>Send|Recv|TX|RX): (?=\[)",
    {"send": "station", "tx": "station", "recv": "csms", "rx": "csms"},
)

EVCC: Final = LineShape(
    "evcc",
    "log of evcc",
    r"\b(?P<sender>recv|send|sent) (?P<station>\S+): (?=\[)",
    {"recv": "station", "send": "csms", "sent": "csms"},
)
