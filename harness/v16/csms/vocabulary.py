"""The words of a case: everything that ``testcases`` import, in one place.

``case`` is the decorator that makes a case of a function (`harness.case.facts.Cases`). The function takes a
``Station``, which the harness plays, and an ``Operator``, who acts on the CSMS under test. ``states`` are conversations
that bring a station somewhere, ``payloads`` are members that cases share, ``present``, ``absent``, ``one_of`` and
``satisfies`` are what ``shows`` compares members with. Whatever the CSMS does wrong raises ``CaseFailure``, which a
case lets pass.

By topic there are ``refusals`` (codes of CALLERRORs), ``certificates`` (and keys and signatures), and ``renewal`` (of a
certificate, a root, a key).
"""

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

is_claimed = steps.claims(NEEDS)

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
