"""What the CSMS sends is answered and told, whatever a parser makes of its payload (OCPP-J §4.2.3)."""

from __future__ import annotations

import pytest

from ocppj.frames import CallError, parse
from ocppj.session.session import Seen
from simulator import VirtualClock
from simulator.fleet.counting.tally import Tally
from simulator.fleet.engine.dialler import Dialler
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("fleet", [False, True], ids=["asyncio", "fleet"])
@pytest.mark.parametrize(
    "payload",
    [
        r'{"vendorId":"\ud800"}',
        '{"vendorId":1e400}',
        '{"vendorId":"V","data":' + "[" * 2000 + "]" * 2000 + "}",
        '{"vendorId":"V",',
    ],
    ids=["lone surrogate", "number", "depth", "syntax"],
)
async def test_a_payload_that_no_parser_takes_is_answered(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, fleet: bool, payload: str
) -> None:
    station = await start(connect=Dialler(Tally(), clock).connect if fleet else None)
    told: list[str] = []
    station.events.listen(lambda event: told.append(event.text))
    answers: list[CallError] = []

    def see(seen: Seen) -> None:
        if isinstance(seen.frame, CallError):
            answers.append(seen.frame)

    assert csms.peer is not None
    csms.peer._observer = see
    await csms.peer.send(parse(f'[2,"odd","DataTransfer",{payload}]'))
    await csms.call("TriggerMessage", requestedMessage="Heartbeat")

    assert [(one.id, one.code) for one in answers] == [("odd", "FormationViolation")]
    assert fleet or any(text.startswith("the CSMS sent what cannot be read: the text") for text in told)


async def test_a_call_against_its_schema_is_told(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start()
    told: list[str] = []
    station.events.listen(lambda event: told.append(event.text))
    assert csms.peer is not None
    await csms.peer.send(parse('[2,"odd","Reset",{"type":"Tepid"}]'))
    await csms.call("TriggerMessage", requestedMessage="Heartbeat")

    assert any(text.startswith("Reset cannot be processed: type: ") for text in told)
