"""Make the picture of `plugproof station` from a real run: `python docs/images/station.py`, from the top of the tree.

A station at the reference CSMS, which answers one message wrongly on purpose. It is not compared in the tests.
"""

import asyncio
import os
import tempfile

import httpx
from render import HERE, TEMPLATE
from rich.console import Console
from rich.terminal_theme import MONOKAI

from csms_core import Config, Csms
from csms_core.store import stations, tags
from simulator import Station
from simulator.v16.state import state_of
from simulator.views.record import Record
from simulator.views.terminal.layout import Picture, draw

COLUMNS, ROWS = 110, 32
PROFILE = {
    "chargingProfileId": 7,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {"chargingRateUnit": "W", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6000}]},
}


async def run(folder: str) -> Picture:
    """What there is to see after a few acts of a driver."""
    async with Csms(Config(database=f"sqlite:///{folder}/csms.db")) as csms:

        def book(connection: object) -> None:
            stations.put(connection, "CP1", "2026-01-01T00:00:00.000Z")
            tags.put(connection, tags.Tag("TAG-1"))

        await csms.store.write(book)
        station = Station(csms.url, id="CP1", connectors=3)
        record = Record(station)
        async with station:
            await station.delivered()
            await station.plug_in(1)
            await station.present("TAG-1")
            await station.delivered()
            async with httpx.AsyncClient(base_url=csms.api_url) as api:
                operation = "/api/v1/stations/CP1/operations/SetChargingProfile"
                limit = {"connectorId": 1, "csChargingProfiles": PROFILE}
                (await api.post(operation, json=limit)).raise_for_status()
            await asyncio.sleep(10)  # long enough for the meter to have something to say
            await station.raise_fault(3, "ConnectorLockFailure")
            await station.delivered()
            csms.switchboard.switch("preparing-answer-with-extra-member", True)
            await station.plug_in(2)
            await station.delivered()
            said = [("plug_in 2: done", "green")]
            return Picture(state_of(station), record.frames(ROWS), record.events(ROWS), (), said, "present TAG-2 ")


def main() -> None:
    """Draw it and write it as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        picture = asyncio.run(run(folder))
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(draw(picture, COLUMNS, ROWS))
    svg = console.export_svg(title="", theme=MONOKAI, code_format=TEMPLATE, unique_id="station")
    (HERE / "station.svg").write_text(svg, encoding="utf-8")
    print("docs/images/station.svg")


if __name__ == "__main__":
    main()
