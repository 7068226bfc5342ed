"""A fleet with security profile 2, TLS and Basic authentication, at the reference CSMS (white paper §2.4)."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from csms_core import Config, Csms
from csms_core.auth.passwords import hashed
from csms_core.pki import Pki
from csms_core.store import credentials, stations, tags
from simulator.fleet import Fleet, Plan
from simulator.options.arguments import client_context

pytestmark = pytest.mark.asyncio

KEY = b"0123456789abcdefghij"
NUMBER = 3


@pytest_asyncio.fixture
async def csms(pki: Pki, tmp_path: Path) -> AsyncIterator[Csms]:
    config = Config(database=f"sqlite:///{tmp_path}/csms.db", pki=str(pki.folder))
    async with Csms(config) as csms:
        stored = hashed(KEY)
        for number in range(1, NUMBER + 1):
            identity = f"FLEET-{number:05d}"
            await csms.store.write(partial(stations.put, identity=identity, at="2026-01-01T00:00:00.000Z"))
            await csms.store.write(partial(credentials.put, identity=identity, password=stored, profile=2))
        await csms.store.write(lambda c: tags.put(c, tags.Tag("TAG-1")))
        yield csms


def plan(csms: Csms, pki: Pki, **others: object) -> Plan:
    context = client_context(str(pki.roots_file))
    facts = {"stations": NUMBER, "ramp": 50.0, "duration": 30.0, "session_every": 0.2, "session_length": 0.2}
    return Plan(csms.tls_url, **{**facts, "ssl": context, "auth_key": KEY, **others})  # type: ignore[arg-type]


async def until_over(fleet: Fleet, enough: object) -> None:
    """Run it until `enough()` is true, and end it."""
    running = asyncio.create_task(fleet.run())
    async with asyncio.timeout(30):
        while not enough():  # type: ignore[operator]
            await fleet.clock.sleep(0.02)
        fleet.stop()
        await running


async def test_all_stations_come_in_with_one_tls_context_and_their_key(csms: Csms, pki: Pki) -> None:
    fleet = Fleet(plan(csms, pki))
    await until_over(fleet, lambda: fleet.tally.sessions_over >= NUMBER)

    tally = fleet.tally
    assert csms.tls_url.startswith("wss://")
    assert (fleet.stations.accepted, tally.connected, tally.lost) == (NUMBER, NUMBER, 0)
    assert tally.sessions == tally.sessions_over >= NUMBER
    assert tally.violations == {}
    assert tally.failures == 0
    assert tally.problems == {}


async def test_a_wrong_key_and_a_foreign_ca_are_told_apart(csms: Csms, pki: Pki) -> None:
    wrong = Fleet(plan(csms, pki, auth_key=b"x" * 20))
    await until_over(wrong, lambda: wrong.tally.not_connected >= NUMBER)
    foreign = Fleet(plan(csms, pki, ssl=client_context(None)))
    await until_over(foreign, lambda: foreign.tally.not_connected >= NUMBER)

    assert wrong.stations.accepted == foreign.stations.accepted == 0
    assert list(wrong.tally.not_connected_by) == [
        "the server asks for credentials (HTTP 401); give the station's auth_key"
    ]
    (reason,) = foreign.tally.not_connected_by
    assert reason.startswith("the certificate of the server is not trusted")
