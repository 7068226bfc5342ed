"""The words of a case for a charge point: everything that ``testcases`` import, in one place."""

from functools import partial

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

is_claimed = partial(steps.is_claimed, NEEDS)

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
