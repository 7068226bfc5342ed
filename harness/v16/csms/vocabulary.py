"""The words of a case: everything that ``testcases`` import, in one place."""

from functools import partial

from harness.case.message import Message
from harness.case.tags import CaseTags as Tags
from harness.peers import steps
from harness.peers.counterpart import Request, now
from harness.peers.steps import rounds, step
from harness.sut import Sut, upgrades
from harness.v16 import payloads
from harness.v16.csms import refusals, states
from harness.v16.csms.operator import Operator
from harness.v16.csms.security import certificates, renewal
from harness.v16.csms.states import Charging
from harness.v16.csms.station import Station
from harness.v16.needs import NEEDS
from harness.v16.profiles import case
from ocppj.matchers import absent, absent_or_empty, one_of, present, satisfies

is_claimed = partial(steps.is_claimed, NEEDS)

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
    "refusals",
    "renewal",
    "rounds",
    "satisfies",
    "states",
    "step",
    "upgrades",
]
