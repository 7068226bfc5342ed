"""The words of a case: everything that ``testcases`` import, in one place."""

from functools import partial

from harness.case.message import Message
from harness.peers import steps
from harness.peers.counterpart import Request
from harness.peers.steps import step
from harness.sut import Sut
from harness.v201.csms import payloads, states
from harness.v201.csms.id_tokens import IdTokens
from harness.v201.csms.operator import Operator
from harness.v201.csms.station import Station
from harness.v201.needs import NEEDS
from harness.v201.profiles import case
from ocppj.matchers import absent, one_of, present

is_claimed = partial(steps.is_claimed, NEEDS)

__all__ = [
    "IdTokens",
    "Message",
    "Operator",
    "Request",
    "Station",
    "Sut",
    "absent",
    "case",
    "is_claimed",
    "one_of",
    "payloads",
    "present",
    "states",
    "step",
]
