"""The words of a case for a charge point: everything that ``testcases`` import, in one place.

``case`` is the decorator that makes a case of a function (`harness.case.facts.Cases`). The function takes a ``Csms``,
which the harness plays, and an ``EvDriver``, who plugs in and holds cards. ``states`` are conversations that bring the
station somewhere, ``payloads`` are members that cases share, ``present``, ``absent``, ``one_of`` and ``satisfies`` are
what ``shows`` and ``receives`` compare members with. Whatever the station does wrong raises ``CaseFailure``, which a
case lets pass; ``Inconclusive`` is for what could not be observed.

By topic there are ``booting`` and ``boots`` (accepted, and not), ``certificates``, ``credentials`` and ``security``,
``deliveries`` (of messages that are not taken at first), ``doors`` (how it connects), ``frames`` (below the verbs),
``metering``, ``offline``, ``pauses`` (CALLs left open), ``required_keys`` (of the configuration), ``reservations`` and
``transfers`` (of files).
"""

from harness.case.message import Message
from harness.case.tags import CaseTags as Tags
from harness.case.verdicts import Inconclusive
from harness.peers import steps
from harness.peers.counterpart import Request, now
from harness.peers.driving import EvDriver
from harness.peers.steps import rounds, step
from harness.sut import Sut
from harness.v16 import payloads
from harness.v16.charge_point import credentials, reservations, security, states, transfers
from harness.v16.charge_point.core import booting, deliveries, metering, offline, required_keys
from harness.v16.charge_point.csms import Csms
from harness.v16.charge_point.rpc import boots, certificates, doors, frames, pauses
from harness.v16.charge_point.schedules import Schedules
from harness.v16.charge_point.states import Charging
from harness.v16.needs import NEEDS
from harness.v16.profiles import case
from ocppj.matchers import absent, absent_or_empty, one_of, present, satisfies

is_claimed = steps.claims(NEEDS)

__all__ = [
    "Charging",
    "Csms",
    "EvDriver",
    "Inconclusive",
    "Message",
    "Request",
    "Schedules",
    "Sut",
    "Tags",
    "absent",
    "absent_or_empty",
    "booting",
    "boots",
    "case",
    "certificates",
    "credentials",
    "deliveries",
    "doors",
    "frames",
    "is_claimed",
    "metering",
    "now",
    "offline",
    "one_of",
    "pauses",
    "payloads",
    "present",
    "required_keys",
    "reservations",
    "rounds",
    "satisfies",
    "security",
    "states",
    "step",
    "transfers",
]
