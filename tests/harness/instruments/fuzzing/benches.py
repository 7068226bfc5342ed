"""The reference CSMS and the simulated station in the process of the test, and what fuzzes them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from csms_core import Config, Csms
from csms_core.store import tags
from harness.bay.stand import Stand
from harness.instruments.fuzzing.arena import Arena, Loop
from harness.instruments.fuzzing.contact.as_csms import AsCsms
from harness.instruments.fuzzing.contact.as_station import AsStation
from harness.instruments.fuzzing.contact.line import Contact
from harness.instruments.fuzzing.dialect import Dialect
from harness.instruments.fuzzing.hunt import Known, Listener, Outcome, hunts
from harness.instruments.fuzzing.v16 import charge_point, csms
from harness.sut import Sut
from harness.sut.reading.loading import parse
from ocppj.session.session import Memory
from simulator import Station
from simulator.v16.faults import set_faults
from simulator.wire.dialing import BackOff

PATIENCE_S = 5.0
"""Longer than any answer takes that comes; a session is shortened with less (`Patience`)."""
SHORTENING_S = 1.0
"""For Hypothesis; the rest is done by leaving out messages, so that the result is as short."""
LONGEST_S = 840.0
"""Of a search, which ends after so many sessions: a machine that is slow makes no test red."""

CLAIMED = "".join(
    f"{name} = true\n"
    for name in (
        *("core", "firmware_management", "smart_charging"),
        *("reservation", "local_auth_list", "remote_trigger"),
    )
)
OF_CSMS = """
[product]
sut = "csms"
communication = "JSON"
[connection]
url = "{url}"
[[lanes]]
identity = "FUZZ-1"
connectors = 2
[[lanes]]
identity = "FUZZ-2"
connectors = 2
[tags]
valid = "GOOD"
[timeouts]
reconnect_s = 0
[profiles]
"""
OF_STATION = """
[product]
sut = "charge_point"
communication = "JSON"
[connection]
listen = "127.0.0.1:0"
[[stations]]
identity = "FUZZ-1"
connectors = 2
[driver]
kind = "none"
[tags]
valid = "GOOD"
[timeouts]
quiet_s = 0.1
[profiles]
"""


@dataclass
class Bench:
    """A product under test; ``broken`` gives it faults, in place of those it had."""

    sut: Sut
    dialect: Dialect
    contact: Contact
    loop: Loop
    broken: Any

    def arena(self, **options: Any) -> Arena:
        """A new arena, that knows of no finding."""
        return Arena(self.dialect, self.contact, PATIENCE_S, self.loop, shortening=SHORTENING_S, **options)

    def hunts(
        self,
        *faults: str,
        seed: int,
        most: int,
        most_findings: int | None = None,
        known: Sequence[Known] = (),
        listener: Listener | None = None,
    ) -> Outcome:
        """Fuzz it with these faults for so many sessions at the most."""
        self.broken(*faults)
        try:
            return hunts(
                self.arena(),
                number=seed,
                seconds=LONGEST_S,
                lines=self.contact.most,
                most=most,
                most_findings=most_findings,
                known=known,
                listener=listener,
            )
        finally:
            self.broken()


@contextmanager
def a_csms() -> Iterator[Bench]:
    """The reference CSMS, which lets any station in and knows one tag."""
    loop = Loop()
    server = Csms(Config(database=":temporary:", any_station=True))
    loop.run(server.__aenter__())
    try:
        loop.run(server.store.write(lambda connection: tags.put(connection, tags.Tag("GOOD"))))
        sut = parse(OF_CSMS.format(url=server.url) + CLAIMED, "sut.toml", folder=Path(), environ={})
        dialect = csms.dialect(sut, sut.lanes[0])

        def broken(*faults: str) -> None:
            for name in list(server.switchboard.on):
                server.switchboard.switch(name, False)
            server.switchboard.switch_all(faults)

        yield Bench(sut, dialect, AsStation(sut, sut.lanes, dialect.protocol, dialect.answers), loop, broken)
    finally:
        loop.run(server.__aexit__(None, None, None))
        loop.ends()


class _Patient:
    """Waits in silence."""

    def begins(self, sentence: str) -> None:
        pass

    def left(self, seconds: float) -> None:
        pass

    def ends(self, sentence: str) -> None:
        pass


@contextmanager
def a_station() -> Iterator[Bench]:
    """The simulated station, which comes back at once when its connection ends."""
    loop = Loop()
    sut = parse(OF_STATION + CLAIMED, "sut.toml", folder=Path(), environ={})
    dialect = charge_point.dialect(sut, sut.lanes[0])
    with tempfile.TemporaryDirectory() as folder:
        stand = Stand(sut, sut.lanes[0], Memory(), Path(folder), 0, _Patient())
        contact = AsCsms(stand, dialect.answers)
        station: Station | None = None

        async def begins() -> Station:
            await stand.bay.opens()
            found = Station(
                stand.bay.url(0), id="FUZZ-1", connectors=2, retry=True, back_off=BackOff(first=0.01, ceiling=0.1)
            )
            await found.start()
            return found

        station = loop.run(begins())

        def broken(*faults: str) -> None:
            assert station is not None
            set_faults(station, faults)
            loop.run(stand.bay.drops())  # some faults act on the next connection

        try:
            yield Bench(sut, dialect, contact, loop, broken)
        finally:
            loop.run(station.stop())
            loop.run(stand.closes())
            loop.ends()
