"""Defects for the rules of OCPP-J 1.6 that have cases of their own, a module for each chapter or feature profile."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.faults.model import Fault
from simulator.v16.faults.rules import connection, errors, messages, profiles, registration, security, values


def faults() -> Iterator[Fault]:
    """All of them, in the order of the chapters."""
    yield from connection.faults()
    yield from messages.faults()
    yield from errors.faults()
    yield from values.faults()
    yield from registration.faults()
    yield from profiles.faults()
    yield from security.faults()
