"""What the `ocpp` package answers to frames that no station of ours sends in a case, and what our rules remark on it.

The library is described here, not judged: where it differs from the standard, `docs/interop.md` says how. A change in
either column is a change of the library or of a rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from ocppj.frames import CallError, CallResult, Frame
from ocppj.peers.aio import connect
from ocppj.session.session import Seen
from ocppj.v16 import PROTOCOL
from tests.interop.process import Central, central

pytestmark = pytest.mark.xdist_group("interop-frames")

SILENCE = None


@dataclass(frozen=True)
class Odd:
    """A text of a station, what the library answers (`SILENCE`, a code, or Result), and what it is blamed for."""

    text: str
    answer: str | None
    blamed: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        return self.text


STATUS = '[2,"1","StatusNotification",{"connectorId":1,"errorCode":"NoError",%s}]'
SAMPLE = '{"timestamp":"2026-11-21T10:00:00Z","sampledValue":[{"value":"50","measurand":"Frequency","unit":"Hertz"}]}'
SPELLING = (("ERR-01", "SHOULD"),)

FRAMES = (
    Odd('[2,"1","MakeCoffee",{}]', "NotSupported"),
    Odd('[2,"1","LogStatusNotification",{"status":"Idle","requestId":1}]', "NotImplemented"),
    Odd('[2,"1","Authorize",{}]', "ProtocolError"),
    Odd('[2,"1","Authorize",{"idTag":7}]', "TypeConstraintViolation"),
    Odd('[2,"1","Authorize",{"idTag":"123456789012345678901"}]', "TypeConstraintViolation"),
    Odd('[2,"1","Heartbeat",null]', "TypeConstraintViolation"),
    Odd('[2,"1","Heartbeat",{"extra":1}]', "FormatViolation", SPELLING),
    Odd(STATUS % '"status":"Sleeping"', "FormatViolation", SPELLING),
    Odd(STATUS % '"status":"Available","timestamp":"yesterday"', "Result"),
    Odd(f'[2,"1","MeterValues",{{"connectorId":1,"meterValue":[{SAMPLE}]}}]', "Result"),
    Odd(
        f'[2,"1","StopTransaction",{{"transactionId":1,"meterStop":1,"timestamp":"2026-11-21T10:00:00Z","transactionData":[{SAMPLE}]}}]',
        "FormatViolation",
        SPELLING,
    ),
    Odd('[2,"1","Heartbeat"]', SILENCE),
    Odd('[2,"1","Heartbeat",{},{}]', SILENCE),
    Odd('[3,"nobody",{}]', SILENCE),
    Odd('[9,"1","Heartbeat",{}]', SILENCE),
    Odd("[]", SILENCE),
    Odd('{"', SILENCE),
)


@pytest.fixture(scope="module")
def back_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Central]:
    """A back office that will complain."""
    with central(tmp_path_factory.mktemp("frames") / "complaints.log") as back_office:
        yield back_office


@pytest.mark.asyncio
@pytest.mark.parametrize("odd", FRAMES, ids=str)
async def test_an_odd_frame(back_office: Central, odd: Odd) -> None:
    received: list[Frame] = []

    def observe(seen: Seen) -> None:
        if seen.sender == "csms":
            received.append(seen.frame)

    peer = await connect(back_office.url, "ODD", protocol=PROTOCOL, observer=observe, call_timeout=20)
    try:
        await peer.send_raw(odd.text)
        # The library takes frames one by one, so that with this answer it has said all it has to say to the text.
        await peer.call("Heartbeat")
    finally:
        await peer.close()

    *answers, _ = received
    assert [_named(frame) for frame in answers] == ([] if odd.answer is SILENCE else [odd.answer])
    blamed = {(finding.rule, finding.level) for finding in peer.findings if finding.party == "csms"}
    assert blamed - {("VAL-01", "INFO")} == set(odd.blamed)


def _named(frame: Frame) -> str:
    if isinstance(frame, CallError):
        return str(frame.code)
    return "Result" if isinstance(frame, CallResult) else frame.raw
