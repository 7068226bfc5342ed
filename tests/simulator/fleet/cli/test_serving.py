"""`plugproof fleet --prometheus`: the figures are there while the fleet runs, and gone when it is over."""

import asyncio
import signal

import pytest
from rich.console import Console

from simulator.fleet.cli.options import Given, plan_of
from simulator.fleet.cli.running import _fleet
from simulator.fleet.report.exporting import Exporter
from tests.simulator.support.scripted_csms import ScriptedCsms

ASK = b"GET /metrics HTTP/1.1\r\nHost: here\r\n\r\n"


async def asked(place: tuple[str, int]) -> str:
    reader, writer = await asyncio.open_connection(*place)
    writer.write(ASK)
    answer = await reader.read()
    writer.close()
    return answer.decode()


@pytest.mark.asyncio
@pytest.mark.parametrize("processes", [1, 2])
async def test_the_figures_are_served_while_it_runs(
    csms: ScriptedCsms, monkeypatch: pytest.MonkeyPatch, processes: int
) -> None:
    listening: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()
    start = Exporter.start

    async def start_anywhere(self: Exporter, host: str, port: int) -> tuple[str, int]:
        listening.set_result(await start(self, host, 0))
        return listening.result()

    monkeypatch.setattr(Exporter, "start", start_anywhere)
    given = Given(csms.url, stations=2, duration="10m", session_every="0", processes=processes, quiet=True)
    run = asyncio.create_task(_fleet(given, plan_of(given), [], [], ("127.0.0.1", 9464), Console()))
    async with asyncio.timeout(40):
        place, told = await listening, ""
        while 'fleet_stations{state="online"} 2.0' not in told:
            told = await asked(place)
        assert 'fleet_calls_total{action="BootNotification"} 2.0' in told
        signal.raise_signal(signal.SIGINT)
        result = await run

    assert result["run"]["interrupted_by"] == "SIGINT"
    with pytest.raises(OSError, match=str(place[1])):
        await asked(place)
