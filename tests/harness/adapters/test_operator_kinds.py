"""The operators `python`, `trigger` and `manual`: what they do with an action, and one sentence per failure."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from csms_core import Config, Csms
from harness.adapters import person as at_terminal
from harness.adapters.operators import NotOffered, OperatorError, make
from harness.adapters.operators.words import instruction, sentences
from harness.sut import Sut
from ocppj.frames import Call
from ocppj.peers.aio import connect
from ocppj.v16 import PROTOCOL
from tests.harness.conftest import WITHOUT
from tests.harness.support.http_api import serving
from tests.harness.support.suts import sut_of

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No proxies, and no module of one test is left for the next."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    _forget()
    path = list(sys.path)
    yield
    sys.path[:] = path
    _forget()


def _forget() -> None:
    for name in [name for name in sys.modules if name.startswith("my_")]:
        del sys.modules[name]


async def performed(
    sut: Sut, action: str, payload: dict[str, Any], station: str = "CP 1/é", told: list[str] | None = None
) -> None:
    heard: list[str] = [] if told is None else told
    operator = make(sut, heard.append)
    try:
        await operator.perform(action, station, payload)
    finally:
        await operator.close()


# --- python ----------------------------------------------------------------------------------------------------------

CLASS = """
calls = []

class Operator:
    def __init__(self, url="none"):
        self.url = url

    def reset(self, station, payload):
        calls.append(("reset", self.url, station, payload))

    async def clear_cache(self, station, payload):
        calls.append(("clear_cache", self.url, station, payload))

    def unlock_connector(self, station, payload):
        raise ValueError("no such\\nstation, token-4711")

    def reserve_now(self, station, payload):
        from harness.adapters.operators import NotOffered
        raise NotOffered("this product has no reservations")

    def close(self):
        calls.append(("close",))

class Everything:
    async def perform(self, action, station, payload):
        calls.append((action, station, payload))

class Picky:
    def __init__(self):
        raise RuntimeError("no licence")
"""


def python(folder: Path, use: str, options: str = "", code: str = CLASS) -> Sut:
    (folder / "my_csms.py").write_text(code)
    return sut_of(folder, f'[operator]\nkind = "python"\nuse = "{use}"\n{options}', TOKEN="token-4711")


async def test_a_method_named_after_the_action_is_called_plain_or_async(tmp_path: Path) -> None:
    sut = python(tmp_path, "my_csms:Operator", 'options = { url = "http://x/${TOKEN}" }')
    await performed(sut, "Reset", {"type": "Hard"})
    await performed(sut, "ClearCache", {})

    assert sys.modules["my_csms"].calls == [
        ("reset", "http://x/token-4711", "CP 1/é", {"type": "Hard"}),
        ("close",),
        ("clear_cache", "http://x/token-4711", "CP 1/é", {}),
        ("close",),
    ]


async def test_perform_takes_every_action(tmp_path: Path) -> None:
    await performed(python(tmp_path, "my_csms:Everything"), "GetLocalListVersion", {})

    assert sys.modules["my_csms"].calls == [("GetLocalListVersion", "CP 1/é", {})]


async def test_an_action_without_a_method_is_not_offered(tmp_path: Path) -> None:
    with pytest.raises(NotOffered) as caught:
        await performed(python(tmp_path, "my_csms:Operator"), "GetLocalListVersion", {})
    assert caught.value.reason == (
        "operator python: my_csms:Operator has no method for GetLocalListVersion; "
        "add get_local_list_version(station, payload)"
    )


async def test_the_users_class_may_say_itself_that_something_is_not_offered(tmp_path: Path) -> None:
    with pytest.raises(NotOffered, match="this product has no reservations"):
        await performed(python(tmp_path, "my_csms:Operator"), "ReserveNow", {})


async def test_what_the_users_code_raises_is_one_sentence_without_secrets(tmp_path: Path) -> None:
    sut = python(tmp_path, "my_csms:Operator", 'options = { url = "${TOKEN}" }')
    with pytest.raises(OperatorError) as caught:
        await performed(sut, "UnlockConnector", {"connectorId": 1})
    assert caught.value.sentence == (
        "operator python: my_csms:Operator.unlock_connector raised ValueError: no such station, ***"
    )


async def test_what_a_class_did_is_told_without_secrets(tmp_path: Path) -> None:
    sut = python(tmp_path, "my_csms:Operator", 'options = { url = "${TOKEN}" }')
    told: list[str] = []
    await performed(sut, "Reset", {"type": "token-4711"}, told=told)
    with pytest.raises(NotOffered):
        await performed(sut, "ReserveNow", {}, told=told)
    assert told == [
        'my_csms:Operator.reset(CP 1/é, {"type":"***"})',
        "returned None",
        "my_csms:Operator.reserve_now(CP 1/é, {})",
        "raised: this product has no reservations",
    ]

    with pytest.raises(OperatorError) as caught:
        await performed(sut, "UnlockConnector", {"connectorId": 1}, told=told)
    call, raised = told[4:]
    assert call == 'my_csms:Operator.unlock_connector(CP 1/é, {"connectorId":1})'
    assert raised == f"raised: {caught.value}\n\n{caught.value.evidence}"
    assert caught.value.evidence.endswith("ValueError: no such\nstation, ***\n")
    assert 'my_csms.py", line 15, in unlock_connector' in caught.value.evidence


@pytest.mark.parametrize(
    ("use", "options", "code", "sentence"),
    [
        ("my_other:X", "", CLASS, "there is no module my_other; put my_other.py into {folder}, or install it"),
        ("my_csms:X", "", CLASS, "my_csms has no class X; correct the name or add the class"),
        ("my_csms:calls", "", CLASS, "my_csms has no class calls; correct the name or add the class"),
        ("my_csms:X", "", "import my_gone", "my_csms needs the module my_gone, which is not installed"),
        ("my_csms:X", "", "1/0", "my_csms cannot be imported (ZeroDivisionError: division by zero); correct it"),
        ("my_csms:X", "", "def", "my_csms cannot be imported (SyntaxError: invalid syntax"),
    ],
)
async def test_a_class_that_is_not_there_is_one_sentence(
    tmp_path: Path, use: str, options: str, code: str, sentence: str
) -> None:
    with pytest.raises(OperatorError) as caught:
        make(python(tmp_path, use, options, code))
    start = f'sut.toml: operator.use = "{use}": {sentence.format(folder=tmp_path)}'
    assert caught.value.sentence.startswith(start)
    assert "\n" not in caught.value.sentence


@pytest.mark.parametrize(
    ("use", "options", "sentence"),
    [
        ("Picky", "", "sut.toml: my_csms:Picky cannot be made with operator.options (RuntimeError: no licence)"),
        ("Operator", "options = { urk = 1 }", "sut.toml: my_csms:Operator cannot be made with operator.options (TypeE"),
    ],
)
async def test_a_class_that_cannot_be_made_is_one_sentence(
    tmp_path: Path, use: str, options: str, sentence: str
) -> None:
    with pytest.raises(OperatorError) as caught:
        make(python(tmp_path, f"my_csms:{use}", options))
    assert caught.value.sentence.startswith(sentence)
    assert caught.value.sentence.endswith("; correct them")


# --- trigger ---------------------------------------------------------------------------------------------------------

TRIGGER = '[operator]\nkind = "trigger"\nbase_url = "{url}/"\nheaders = {{ X-Api-Key = "token-4711" }}\n'


async def test_the_payload_is_posted_to_the_address_of_its_action(tmp_path: Path) -> None:
    async with serving() as api:
        sut = sut_of(tmp_path, TRIGGER.format(url=api.url))
        await performed(sut, "GetLocalListVersion", {})
        await performed(sut, "Reset", {"type": "Hard"})

    assert [(request.method, request.target, request.json) for request in api.requests] == [
        ("POST", "/api/octt/1.6/CP%201%2F%C3%A9/get-local-list-version", {}),
        ("POST", "/api/octt/1.6/CP%201%2F%C3%A9/reset", {"type": "Hard"}),
    ]
    assert {request.headers["x-api-key"] for request in api.requests} == {"token-4711"}


async def test_what_the_trigger_api_was_asked_and_answered_is_told(tmp_path: Path) -> None:
    told: list[str] = []
    async with serving(lambda _: (202, {"note": "token-4711"})) as api:
        await performed(sut_of(tmp_path, TRIGGER.format(url=api.url)), "Reset", {"type": "Hard"}, "CP1", told)
    request, answer = told
    assert request.splitlines() == [
        f"POST {api.url}/api/octt/1.6/CP1/reset",
        "Content-Type: application/json",
        "X-Api-Key: ***",
        "",
        '{"type":"Hard"}',
    ]
    assert answer.startswith("202 Text after ")
    assert answer.endswith('\n\n{"note": "***"}')


async def test_501_means_that_an_action_is_not_offered_and_404_is_an_error(tmp_path: Path) -> None:
    async with serving(lambda _: (501, {})) as api:
        sut = sut_of(tmp_path, TRIGGER.format(url=api.url))
        with pytest.raises(NotOffered) as caught:
            await performed(sut, "Reset", {"type": "Hard"}, station="CP1")
        assert caught.value.reason == (
            f"operator trigger: {api.url}/api/octt/1.6/CP1/reset was answered 501, not implemented"
        )
        api.answer = lambda _: (404, {"detail": "no such station"})
        with pytest.raises(OperatorError, match=r'reset was answered 404 .*: \{"detail": "no such station"\}'):
            await performed(sut, "Reset", {"type": "Hard"}, station="CP1")


async def test_the_real_reference_serves_the_convention(tmp_path: Path) -> None:
    received: asyncio.Queue[tuple[str, Any]] = asyncio.Queue()

    async def answer(call: Call) -> dict[str, Any]:
        await received.put((call.action, call.payload))
        return {"status": "Accepted"} if call.action == "Reset" else {"listVersion": 0}

    async with Csms(Config(database=":temporary:", any_station=True)) as csms:
        peer = await connect(csms.url, "CP 1/é", protocol=PROTOCOL, handler=answer)
        await peer.call("BootNotification", {"chargePointVendor": "x", "chargePointModel": "y"})
        sut = sut_of(tmp_path, TRIGGER.format(url=csms.api_url))
        await performed(sut, "Reset", {"type": "Soft"})
        await performed(sut, "GetLocalListVersion", {})
        async with asyncio.timeout(20):
            assert [await received.get(), await received.get()] == [
                ("Reset", {"type": "Soft"}),
                ("GetLocalListVersion", {}),
            ]
        await peer.close()


async def test_a_body_that_says_refused_is_an_error_whatever_the_status(tmp_path: Path) -> None:
    async with serving(lambda _: (200, [{"success": False, "payload": "no such station"}])) as api:
        sut = sut_of(tmp_path, TRIGGER.format(url=api.url) + r"""refused = '"success":\s*false'""")
        with pytest.raises(OperatorError) as caught:
            await performed(sut, "Reset", {"type": "Soft"}, station="CP1")
        assert caught.value.sentence == (
            f"operator trigger: POST {api.url}/api/octt/1.6/CP1/reset was answered 200, but the body says that it was "
            'refused: [{"success": false, "payload": "no such station"}]'
        )
        api.answer = lambda _: (200, [{"success": True}])
        await performed(sut, "Reset", {"type": "Soft"}, station="CP1")


# --- manual ----------------------------------------------------------------------------------------------------------


async def test_a_person_is_told_in_words_and_values() -> None:
    lines = instruction(
        "SendLocalList",
        "CP1",
        {
            "listVersion": 2,
            "updateType": "Full",
            "localAuthorizationList": [{"idTag": "A", "idTagInfo": {"status": "Accepted"}}],
        },
        sentences("1.6"),
    )
    assert lines == [
        "Send CP1 a local authorization list.  [SendLocalList]",
        "    listVersion                                2",
        "    updateType                                 Full",
        "    localAuthorizationList 1.idTag             A",
        "    localAuthorizationList 1.idTagInfo.status  Accepted",
    ]
    assert instruction("GetConfiguration", "CP1", {"key": ["A", "B"]}, {})[1:] == ["    key  A, B"]
    assert instruction("Unheard", "CP1", {}, {}) == ["Send this message to CP1.  [Unheard]"]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A pseudo terminal in the place of /dev/tty; gives the end at which a person sits."""
    person, program = pty.openpty()
    monkeypatch.setattr(at_terminal, "TERMINAL", os.ttyname(program))
    with closing(os.fdopen(person, "r+b", buffering=0)), closing(os.fdopen(program, "r+b", buffering=0)):
        yield person


async def _read_until(terminal: int, wanted: str) -> str:
    """What the terminal shows, up to a text."""

    def read() -> str:
        shown = ""
        while wanted not in shown:
            shown += os.read(terminal, 4096).decode()
        return shown.replace("\r\n", "\n")

    async with asyncio.timeout(20):
        return await asyncio.to_thread(read)


MANUAL = '[operator]\nkind = "manual"\n[timeouts]\nmessage_s = 30\noperator_s = 120\n'


async def test_the_instruction_is_on_the_terminal_and_the_case_has_the_time_of_a_person(
    tmp_path: Path, terminal: int
) -> None:
    sut = sut_of(tmp_path, MANUAL)
    operator = make(sut)
    waiting = asyncio.create_task(operator.perform("Reset", "CP1", {"type": "Hard"}))

    shown = await _read_until(terminal, "offer this)\n".replace("\n", ""))
    assert shown.strip().splitlines() == [
        "Restart CP1.  [Reset]",
        "    type  Hard",
        "    (waiting 150 s for Reset; n and Enter: the back office does not offer this)",
    ]
    assert sut.request_s == 150
    following = asyncio.create_task(operator.perform("ClearCache", "CP1", {}))
    await waiting  # the next instruction ends it
    await _read_until(terminal, "ClearCache; n and Enter")
    await operator.close()
    await following


async def test_n_and_enter_says_that_it_is_not_offered(tmp_path: Path, terminal: int) -> None:
    told: list[str] = []
    operator = make(sut_of(tmp_path, MANUAL), told.append)
    waiting = asyncio.create_task(operator.perform("Reset", "CP1", {"type": "Hard"}))
    await _read_until(terminal, "offer this)")
    os.write(terminal, b"what?\nN\n")

    with pytest.raises(NotOffered, match="the person at the terminal said that Reset is not offered"):
        await asyncio.wait_for(waiting, 20)
    await operator.close()
    assert told == [
        "asked the person at the terminal\n\nRestart CP1.  [Reset]\n    type  Hard",
        "the person says that Reset is not offered",
    ]


async def test_one_person_cannot_serve_two_workers(terminal: int) -> None:
    assert at_terminal.problem("operator", 1) is None
    assert at_terminal.problem("operator", 2) == (
        'operator.kind = "manual" is one person, who cannot serve 2 workers at once; run with -n 1'
    )


async def test_without_a_terminal_it_is_a_usage_error(tmp_path: Path) -> None:
    sut_of(tmp_path, MANUAL, url="ws://127.0.0.1:9/ocpp")
    code = "from harness.cli import main; main()"
    command = [sys.executable, "-c", code, "precheck", "--sut", "sut.toml", "--case", "TC_013_CSMS", "--out", "out"]
    # A session of its own has no controlling terminal, as in CI.
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, cwd=tmp_path, timeout=120, start_new_session=True
    )
    assert (done.returncode, done.stderr.strip().removeprefix("ERROR: ")) == (
        2,
        'sut.toml: operator.kind = "manual" needs a terminal to tell a person what to do, and there is none; '
        "run it in a terminal, or use another operator in CI",
    )


PERSON = """
import json, os, pty, sys
from urllib.request import Request, urlopen

command, api = json.loads(sys.argv[1]), sys.argv[2]
child, terminal = pty.fork()
if child == 0:
    os.execv(command[0], command)
shown, done = "", False
while True:
    try:
        data = os.read(terminal, 4096)
    except OSError:  # the program has gone
        break
    if not data:
        break
    shown += data.decode("utf-8", "replace")
    if not done and "n and Enter" in shown:
        done = True
        station = shown.partition("Restart ")[2].partition(".")[0]
        url = f"{api}/api/v1/stations/{station}/operations/Reset?wait=false"
        urlopen(Request(url, b'{"type": "Hard"}', {"Content-Type": "application/json"}), timeout=20).close()
sys.stdout.write(shown)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.parametrize("workers", ["0", "1"])
async def test_a_person_at_a_terminal_makes_a_case_pass(tmp_path: Path, workers: str) -> None:
    """The whole way: pytest with and without xdist, a terminal, somebody who reads it, the frame on the wire."""
    (tmp_path / "person.py").write_text(textwrap.dedent(PERSON))
    async with Csms(Config(database=":temporary:", any_station=True)) as csms:
        sut_of(tmp_path, MANUAL, url=csms.url, stations='[identities]\npattern = "CP-{lane}"')
        options = [*WITHOUT, "-n", workers]
        pytest_ = [sys.executable, "-m", "pytest", "--pyargs", "testcases", "--sut", "sut.toml", "-k", "TC_013_CSMS"]
        command = [sys.executable, "person.py", json.dumps([*pytest_, *options, "--rootdir", "."]), csms.api_url]
        done = await asyncio.to_thread(
            subprocess.run, command, capture_output=True, text=True, cwd=tmp_path, timeout=120
        )

    assert "Restart CP-1.  [Reset]" in done.stdout
    assert "1 passed" in done.stdout
    assert done.returncode == 0
