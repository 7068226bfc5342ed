"""What came from outside, as it is shown: masked before it is cut, and nothing in it that anybody obeys."""

import io
import logging

import pytest
from websockets.asyncio.server import serve
from websockets.typing import Subprotocol

from ocppj.evidence.masking import MASK, mask
from ocppj.evidence.outside import LogLines, harmless, shown, told
from ocppj.peers.aio import connect
from ocppj.v16 import PROTOCOL

KEY = "0123456789abcdefghij"
CHANGE = f'[2,"1","ChangeConfiguration",{{"key":"AuthorizationKey","value":"{KEY}"}}]'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain text, größe 5 µs", "plain text, größe 5 µs"),
        ("\x1b[31mred\x1b[0m", "·[31mred·[0m"),
        ("\x1b]0;title\x07", "·]0;title·"),
        ("\x9b2J", "·2J"),
        ("one\r\ntwo", "one··two"),
        ("abc\u202edcba", "abc·dcba"),
        ("\ud800", "·"),
        ("::error::owned", "··error::owned"),
        ("  ::set-output name=x::y", "····set-output name=x::y"),
        ("x\n::error::again", "x···error::again"),
        ("it said ::error file=x,line=1::owned", "it said ··error file=x,line=1::owned"),
        ("a::b, ipv6 fe80::1, ::1 and ::ffff:1", "a::b, ipv6 fe80::1, ::1 and ::ffff:1"),
        ("see ##[error]owned", "see ··[error]owned"),
        ("see ##vso[task.setvariable]x", "see ··vso[task.setvariable]x"),
        ("## a heading", "## a heading"),
    ],
)
def test_nothing_is_left_that_a_terminal_or_a_ci_system_obeys(text: str, expected: str) -> None:
    assert harmless(text) == expected
    assert shown(text) == expected


def test_lines_stay_lines_and_each_is_harmless() -> None:
    assert told(f"one\n::error::two\n\x1b[1mthree {KEY}", [KEY]) == f"one\n··error::two\n·[1mthree {MASK}"


def test_a_log_tells_nothing_that_is_obeyed(caplog: pytest.LogCaptureFixture) -> None:
    handler = logging.StreamHandler(stream := io.StringIO())
    handler.setFormatter(LogLines("%(levelname)s %(message)s"))
    logger = logging.getLogger("tests.outside")
    logger.addHandler(handler)
    try:
        raise ValueError("no\n::error::\x1b[31m")
    except ValueError:
        logger.exception("it sent \x1b[2J")
    finally:
        logger.removeHandler(handler)

    assert "it sent ·[2J" in stream.getvalue()
    assert "\n··error::·[31m" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()


@pytest.mark.parametrize("longest", range(60, len(CHANGE) + 1))
def test_a_secret_is_masked_before_the_text_is_cut(longest: int) -> None:
    said = shown(CHANGE, longest=longest)

    assert len(said) <= longest
    assert KEY[:4] not in said
    assert said.startswith('[2,"1","ChangeConfiguration",{"key":"AuthorizationKey"')


def test_what_is_cut_says_so() -> None:
    assert shown("abcdef", longest=4) == "abc…"
    assert shown("abcd", longest=4) == "abcd"


def test_a_secret_of_the_caller_is_masked() -> None:
    assert shown(f"wrong password {KEY}", [KEY]) == f"wrong password {MASK}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("> Authorization: Basic Q1AxOnNlY3JldA==", f"> Authorization: Basic {MASK}"),
        ("{'authorization': 'Bearer abc.def'}", f"{{'authorization': 'Bearer {MASK}'}}"),
        ('("Authorization", "Basic Q1A=")', f'("Authorization", "Basic {MASK}")'),
        ("authorization is needed", "authorization is needed"),
    ],
)
def test_a_header_of_http_keeps_its_password(text: str, expected: str) -> None:
    assert mask(text) == expected


@pytest.mark.asyncio
async def test_no_log_of_websockets_has_a_password_however_much_it_tells(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "websockets")
    async with serve(
        lambda socket: socket.wait_closed(), "127.0.0.1", 0, subprotocols=[Subprotocol("ocpp1.6")]
    ) as server:
        port = server.sockets[0].getsockname()[1]
        peer = await connect(f"ws://127.0.0.1:{port}/ocpp", "CP1", protocol=PROTOCOL, basic_auth=("CP1", KEY.encode()))
        await peer.close()

    told = [record.getMessage() for record in caplog.records if "Authorization" in record.getMessage()]
    assert told == [f"> Authorization: Basic {MASK}", f"< Authorization: Basic {MASK}"]
    assert "> User-Agent: plugproof" in caplog.text
