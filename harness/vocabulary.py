"""The words of a case: everything that ``testcases`` import, in one place."""

from harness import payloads, states
from harness.case import case
from harness.operator import Operator
from harness.states import Charging
from harness.station import Message, Request, Station, now
from harness.sut import Sut, Tags
from ocppj.matchers import absent, absent_or_empty, one_of, present, satisfies

__all__ = [
    "Charging",
    "Message",
    "Operator",
    "Request",
    "Station",
    "Sut",
    "Tags",
    "absent",
    "absent_or_empty",
    "case",
    "now",
    "one_of",
    "payloads",
    "present",
    "satisfies",
    "states",
]
