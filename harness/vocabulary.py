"""The words of a case: everything that ``testcases`` import, in one place."""

from harness import certificates, payloads, renewal, states
from harness.case import case
from harness.message import Message
from harness.operator import Operator
from harness.states import Charging
from harness.station import Request, Station, now
from harness.steps import is_claimed, rounds, step
from harness.sut import Sut, upgrades
from harness.tags import CaseTags as Tags
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
    "certificates",
    "is_claimed",
    "now",
    "one_of",
    "payloads",
    "present",
    "renewal",
    "rounds",
    "satisfies",
    "states",
    "step",
    "upgrades",
]
