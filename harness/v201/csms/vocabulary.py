"""The words of a case of OCPP 2.0.1: everything that ``testcases`` import, in one place.

``case`` is the decorator that makes a case of a function (`harness.case.facts.Cases`). The function takes a
``Station``, which the harness plays, and an ``Operator``, who acts on the CSMS under test. ``states`` are conversations
that bring a station somewhere, ``payloads`` are members that cases share, ``present``, ``absent`` and ``one_of`` are
what ``shows`` compares members with. Whatever the CSMS does wrong raises ``CaseFailure``, which a case lets pass.
"""

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

is_claimed = steps.claims(NEEDS)

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
