"""What every part of a station can rely on, whatever it speaks: what it is built as, and the way to the CSMS."""

from __future__ import annotations

from simulator.hardware.make import Facts
from simulator.hardware.supply import Supplied
from simulator.kernel.base import Base
from simulator.kernel.timekeeping import Timekeeper
from simulator.pki.vault import Vault
from simulator.wire.link import Link
from simulator.wire.registration import Registration


class Context(Base):
    """The base, and these; a version adds how its stations are set. Each is set once (`assembly`)."""

    __slots__ = ("facts", "link", "registration", "supplied", "timekeeper", "vault")

    facts: Facts
    supplied: Supplied
    vault: Vault
    link: Link
    timekeeper: Timekeeper
    registration: Registration
