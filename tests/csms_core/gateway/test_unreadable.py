"""A CALL whose id and action can be read is answered, whatever a parser makes of its payload (OCPP-J §4.2.3)."""

from __future__ import annotations

import logging

import pytest

from ocppj.frames import CallError
from tests.csms_core.support.bench import STATION, Station

pytestmark = pytest.mark.asyncio


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
async def test_a_payload_that_no_parser_takes_is_answered_and_logged(
    station: Station, payload: str, caplog: pytest.LogCaptureFixture
) -> None:
    while not station.frames.empty():
        station.frames.get_nowait()
    with caplog.at_level(logging.WARNING, "csms_core"):
        await station.peer._transport.send(f'[2,"odd","DataTransfer",{payload}]')
        answer = await station.next_frame()

    assert isinstance(answer, CallError)
    assert (answer.id, answer.code) == ("odd", "FormationViolation")
    assert f"{STATION}: a CALL was answered with FormationViolation: the text" in caplog.text
    assert "currentTime" in await station.call("Heartbeat")


async def test_a_call_against_its_schema_is_logged_without_what_a_terminal_obeys(
    station: Station, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "csms_core"):
        await station.peer._transport.send(r'[2,"odd","\u001b[31mNo",{}]')
        await station.next_frame()
        await station.call("Heartbeat")

    assert f"{STATION}: a ·[31mNo was answered with NotImplemented" in caplog.text
