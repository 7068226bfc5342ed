"""Templates of real APIs, over the wire: lists in queries, logins that expire, several requests, packed answers."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest

from harness.adapters.operators import OperatorError, make
from harness.adapters.provisioning import TagRecord
from harness.adapters.provisioning import make as provisioner_of
from harness.adapters.provisioning.scopes import make_for_run, remove_all
from harness.adapters.web import login
from harness.adapters.web.bodies import MOST
from harness.sut import Sut
from tests.harness.support.http_api import Answer, Request, serving
from tests.harness.support.suts import sut_of

pytestmark = pytest.mark.asyncio

REST = """
[operator]
kind = "rest"
base_url = "{url}"
timeout_s = 5
"""


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    yield
    login._KEPT.clear()


async def performed(sut: Sut, action: str, payload: dict[str, Any]) -> list[str]:
    """What the operator tells."""
    told: list[str] = []
    operator = make(sut, told.append)
    try:
        await operator.perform(action, "CP1", payload)
    finally:
        await operator.close()
    return told


async def refused(sut: Sut, action: str, payload: dict[str, Any]) -> OperatorError:
    with pytest.raises(OperatorError) as caught:
        await performed(sut, action, payload)
    return caught.value


# --- queries and forms -----------------------------------------------------------------------------------------------


async def test_a_list_is_the_same_parameter_once_for_every_item(tmp_path: Path) -> None:
    actions = """
[operator.actions.GetConfiguration]
path = "/configuration?api=2"
query = { identifier = ["{station}", "x y"], key = "{key}", all = "{key|join}", none = [] }
form = { key = "{key}", at = { a = 1 } }
"""
    async with serving() as api:
        sut = sut_of(tmp_path, REST.format(url=api.url) + actions)
        await performed(sut, "GetConfiguration", {"key": ["A", "B&C"]})

        (request,) = api.requests
        assert parse_qsl(urlsplit(request.target).query) == [
            ("api", "2"),
            ("identifier", "CP1"),
            ("identifier", "x y"),
            ("key", "A"),
            ("key", "B&C"),
            ("all", "A,B&C"),
        ]
        assert parse_qs(request.body.decode()) == {"key": ["A", "B&C"], "at": ['{"a":1}']}


async def test_a_literal_list_and_a_payload_among_others_are_a_body(tmp_path: Path) -> None:
    actions = """
[operator.actions.Reset]
path = "/reset"
body = ["{station}", 7, { "..." = "{payload}", by = "plugproof" }]
"""
    async with serving() as api:
        await performed(sut_of(tmp_path, REST.format(url=api.url) + actions), "Reset", {"type": "Hard"})
        assert api.requests[0].json == ["CP1", 7, {"type": "Hard", "by": "plugproof"}]


async def test_a_key_in_hexadecimal_digits_is_handed_over_as_the_text_it_is(tmp_path: Path) -> None:
    actions = """
[operator.actions.ChangeConfiguration]
path = "/configuration"
body = { "..." = "{payload}" }
[operator.actions."ChangeConfiguration(key=AuthorizationKey)"]
path = "/password"
body = { password = "{value|unhex}" }
"""
    async with serving() as api:
        sut = sut_of(tmp_path, REST.format(url=api.url) + actions)
        await performed(sut, "ChangeConfiguration", {"key": "AuthorizationKey", "value": b"sixteen-octets-k".hex()})
        await performed(sut, "ChangeConfiguration", {"key": "Other", "value": "00"})
        assert [request.json for request in api.requests] == [
            {"password": "sixteen-octets-k"},
            {"key": "Other", "value": "00"},
        ]
        problem = await refused(sut, "ChangeConfiguration", {"key": "AuthorizationKey", "value": "ff"})
        assert str(problem) == (
            'operator rest: [operator.actions."ChangeConfiguration(key=AuthorizationKey)"] in sut.toml needs '
            "{value|unhex}, which stands for octets that are no text in UTF-8"
        )


# --- several requests ------------------------------------------------------------------------------------------------

STOP = """
[[operator.actions.RemoteStopTransaction]]
method = "GET"
path = "/transactions"
query = { id = "{transactionId}" }
[[operator.actions.RemoteStopTransaction]]
path = "/sessions/{answer[0].session.id}/prepare"
[[operator.actions.RemoteStopTransaction]]
path = "/sessions/{answers[0][0].session.id}/stop"
body = { ticket = "{answer.ticket}" }
"""


async def test_a_later_request_takes_values_of_the_answers_before(tmp_path: Path) -> None:
    def answer(request: Request) -> Answer:
        if request.method == "GET":
            return 200, [{"session": {"id": "s/7"}}]
        return 200, {"ticket": 99} if request.path.endswith("prepare") else None

    async with serving(answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url) + STOP)
        await performed(sut, "RemoteStopTransaction", {"transactionId": 5})
        assert [(request.method, request.target) for request in api.requests] == [
            ("GET", "/transactions?id=5"),
            ("POST", "/sessions/s%2F7/prepare"),
            ("POST", "/sessions/s%2F7/stop"),
        ]
        assert api.requests[-1].json == {"ticket": 99}


async def test_an_answer_without_the_value_is_a_sentence_that_shows_it(tmp_path: Path) -> None:
    async with serving(lambda _: (200, [])) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url) + STOP)
        assert str(await refused(sut, "RemoteStopTransaction", {"transactionId": 5})) == (
            "operator rest: [[operator.actions.RemoteStopTransaction]] number 2 in sut.toml needs "
            "{answer[0].session.id}, which is not there in what was answered before: [[]]"
        )
        assert len(api.requests) == 1


TAGS = """
[fixtures]
kind = "rest"
[[fixtures.tags.create]]
path = "/users"
body = { name = "{idTag}" }
[[fixtures.tags.create]]
path = "/users/{answer.id}/tags"
body = { tag = "{idTag}", status = "{status}" }
[[fixtures.tags.remove]]
method = "DELETE"
path = "/tags/{created_by[1].pk}"
[[fixtures.tags.remove]]
method = "DELETE"
path = "/users/{created.id}"
"""


class Directory:
    """Tags belong to users; the first are numbered from 0, the others from 100."""

    def __init__(self) -> None:
        self.users: dict[int, str] = {}
        self.tags: dict[int, str] = {}
        self.refuses = ""

    def answer(self, request: Request) -> Answer:
        kind, number = request.path.split("/")[1:3] if request.method == "DELETE" else ("", "")
        if kind:
            table = self.users if kind == "users" else self.tags
            return (204, None) if table.pop(int(number), None) else (404, {})
        if request.path == "/users":
            self.users[len(self.users)] = request.json["name"]
            return 201, {"id": len(self.users) - 1}
        if request.json["tag"] == self.refuses:
            return 422, {"message": "no more tags"}
        self.tags[100 + len(self.tags)] = request.json["tag"]
        return 201, {"pk": 99 + len(self.tags)}


async def test_what_several_requests_made_is_removed_by_all_their_answers(tmp_path: Path) -> None:
    directory = Directory()
    async with serving(directory.answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url) + TAGS)
        await make_for_run(sut, [], tmp_path)
        assert list(directory.tags.values()) == ["VALID-1", "VALID-2", "EXPIRED-1", "BLOCKED-1"]
        assert await remove_all(sut, tmp_path) == []
        assert (directory.users, directory.tags) == ({}, {})


async def test_what_was_half_made_is_taken_back(tmp_path: Path) -> None:
    directory = Directory()
    directory.refuses = "VALID-1"
    more = TAGS.replace('[[fixtures.tags.remove]]\nmethod = "DELETE"\npath = "/tags/{created_by[1].pk}"\n', "")
    async with serving(directory.answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url) + more)
        provisioner = provisioner_of(sut)
        with pytest.raises(OperatorError, match="was answered 422"):
            await provisioner.create_tag(TagRecord(name="valid", idTag="VALID-1"))
        await provisioner.close()
        assert directory.users == {}


# --- logins ----------------------------------------------------------------------------------------------------------

LOGIN = """
[operator.login]
path = "/login"
body = { user = "jo", password = "${PASSWORD}" }
gives = { Authorization = "Bearer {answer.token}" }
[operator.actions.Reset]
path = "/reset"
"""


class Guarded:
    """Takes the token of the last login only, or a cookie; `ends` are the numbers of requests at which it expires."""

    def __init__(self, *ends: int) -> None:
        self.logins = 0
        self.ends = list(ends)
        self.said: list[str] = []

    def answer(self, request: Request) -> Answer:
        if request.path == "/login":
            if request.json["password"] != "hunter{2}":
                return 403, {"message": "wrong password, jo"}
            self.logins += 1
            return 200, {"token": f"secret-{self.logins}", "refresh": "other-secret", "expires_in": 300}
        self.said.append(request.headers.get("authorization", ""))
        if len(self.said) in self.ends or self.said[-1] != f"Bearer secret-{self.logins}":
            return 401, {"message": f"{self.said[-1]} is not good any more"}
        return 200, {"echo": self.said[-1]}


def guarded(folder: Path, url: str, password: str = "hunter{2}") -> Sut:
    return sut_of(folder, REST.format(url=url) + LOGIN, PASSWORD=password)


async def test_a_login_gives_the_header_of_all_requests_and_is_kept(tmp_path: Path) -> None:
    product = Guarded()
    async with serving(product.answer) as api:
        sut = guarded(tmp_path, api.url)
        for _ in range(2):  # as two cases
            await performed(sut, "Reset", {"type": "Hard"})
        assert api.requests[0].json == {"user": "jo", "password": "hunter{2}"}
        assert (product.logins, product.said) == (1, ["Bearer secret-1"] * 2)


async def test_at_401_it_logs_in_again_once_and_repeats_the_request(tmp_path: Path) -> None:
    product = Guarded(2)
    async with serving(product.answer) as api:
        sut = guarded(tmp_path, api.url)
        await performed(sut, "Reset", {"type": "Hard"})
        await performed(sut, "Reset", {"type": "Hard"})
        assert (product.logins, product.said) == (2, ["Bearer secret-1", "Bearer secret-1", "Bearer secret-2"])


async def test_who_is_still_refused_after_a_new_login_is_told_so(tmp_path: Path) -> None:
    product = Guarded(1, 2)
    async with serving(product.answer) as api:
        problem = await refused(guarded(tmp_path, api.url), "Reset", {"type": "Hard"})
        assert product.logins == 2
        assert "was answered 401" in str(problem)
        assert "*** is not good any more" in str(problem)


async def test_no_secret_of_a_login_is_told(tmp_path: Path) -> None:
    async with serving(Guarded().answer) as api:
        told = await performed(guarded(tmp_path, api.url), "Reset", {"type": "Hard"})
    asked, got, reset, echo = told
    assert asked.startswith(f"POST {api.url}/login\n")
    assert asked.endswith('\n\n{"user":"***","password":"***"}')
    assert got.startswith("200 Text after ")
    assert got.endswith('\n\n{"token":"***","refresh":"***","expires_in":300}')
    assert reset.splitlines() == [f"POST {api.url}/reset", "Authorization: ***"]
    assert echo.endswith('\n\n{"echo": "***"}')


async def test_a_login_that_fails_is_a_sentence_without_what_it_said(tmp_path: Path) -> None:
    async with serving(Guarded().answer) as api:
        problem = await refused(guarded(tmp_path, api.url, "wrong-password"), "Reset", {"type": "Hard"})
        assert str(problem) == f"operator rest: POST {api.url}/login was answered 403 (wanted 200, 201, 202, 204)"
        assert problem.evidence.endswith('\n\n{"message":"***"}')


async def test_an_answer_to_the_login_without_the_token_is_a_sentence(tmp_path: Path) -> None:
    async with serving(lambda _: (200, {"access_token": "secret-1"})) as api:
        problem = await refused(guarded(tmp_path, api.url), "Reset", {"type": "Hard"})
        assert str(problem) == (
            "[operator.login] was answered 200, but {answer.token} is not there in what came; "
            "correct [operator.login].gives"
        )


async def test_fixtures_without_an_address_use_the_login_of_the_operator(tmp_path: Path) -> None:
    product = Guarded()
    stations = '[fixtures]\nkind = "rest"\n[fixtures.stations.create]\npath = "/stations"\n'
    async with serving(product.answer) as api:
        sut = sut_of(tmp_path, REST.format(url=api.url) + LOGIN + stations, PASSWORD="hunter{2}")
        await performed(sut, "Reset", {"type": "Hard"})
        await make_for_run(sut, [sut.lane(0)], tmp_path)
        assert await remove_all(sut, tmp_path) == []
        assert (product.logins, product.said) == (1, ["Bearer secret-1"] * 2)


async def test_a_login_at_another_host_is_not_sent_the_headers_of_the_api(tmp_path: Path) -> None:
    async with serving(lambda _: (200, {"token": "secret-1"})) as keeper, serving() as api:
        text = REST.format(url=api.url) + 'headers = { X-Key = "key-of-the-api" }\n'
        there = LOGIN.replace('path = "/login"', f'path = "/login"\nbase_url = "{keeper.url}"')
        await performed(sut_of(tmp_path, text + there, PASSWORD="hunter{2}"), "Reset", {"type": "Hard"})
        assert [("x-key" in request.headers, request.path) for request in keeper.requests] == [(False, "/login")]
        assert [(request.headers["x-key"], request.headers["authorization"]) for request in api.requests] == [
            ("key-of-the-api", "Bearer secret-1")
        ]


# --- packed and endless answers --------------------------------------------------------------------------------------

RESET = '[operator.actions.Reset]\npath = "/reset"\n'


async def answered(folder: Path, body: bytes, encoding: str) -> list[str]:
    async with serving(lambda _: (200, body), {"Content-Encoding": encoding, "Content-Type": "text/plain"}) as api:
        return await performed(sut_of(folder, REST.format(url=api.url) + RESET), "Reset", {"type": "Hard"})


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (b"hello", "identity"),
        (gzip.compress(b"hello"), "gzip"),
        (gzip.compress(b"hel") + gzip.compress(b"lo"), "x-gzip"),
        (zlib.compress(b"hello"), "deflate"),
        (raw_deflate(b"hello"), "deflate"),
        (gzip.compress(zlib.compress(b"hello")), "deflate, gzip"),
    ],
    ids=["as it is", "gzip", "two members", "deflate", "raw deflate", "deflate in gzip"],
)
async def test_a_packed_answer_is_unpacked(tmp_path: Path, body: bytes, encoding: str) -> None:
    assert (await answered(tmp_path, body, encoding))[-1].endswith("\n\nhello")


async def test_gzip_in_gzip_is_unpacked_up_to_the_bound(tmp_path: Path) -> None:
    inner = gzip.compress(bytes(200 << 20), 9)
    bomb = gzip.compress(inner, 9)
    assert len(bomb) < 2_000  # that stand for 200 MB
    import tracemalloc

    tracemalloc.start()
    told = await answered(tmp_path, bomb, "gzip, gzip")
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert told[-1].endswith(f"\n(cut here; {MOST:,} characters came)\n(more came and was not read)")
    assert most < 40 << 20


async def test_an_answer_without_an_end_is_read_up_to_the_bound(tmp_path: Path) -> None:
    written, over = 0, asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal written
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
        with suppress(ConnectionError):
            while not writer.is_closing():
                writer.write(bytes(65_536))
                await writer.drain()
                written += 65_536
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()
        over.set()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        told = await performed(sut_of(tmp_path, REST.format(url=url) + RESET), "Reset", {"type": "Hard"})
        await asyncio.wait_for(over.wait(), 20)
    assert told[-1].endswith("\n(more came and was not read)")
    assert written < 20 * MOST  # what the system keeps on the way, at most


@pytest.mark.parametrize(
    ("body", "encoding", "why"),
    [
        (
            b"hello",
            "gzip",
            "its body is said to be gzip and is not (Error -3 while decompressing data: incorrect header",
        ),
        (b"hello", "br", "its body is packed as br, which was not asked for"),
        (b"hello", "gzip, gzip, gzip, gzip", "its body is packed 4 times"),
    ],
)
async def test_an_answer_that_cannot_be_unpacked_is_a_sentence(
    tmp_path: Path, body: bytes, encoding: str, why: str
) -> None:
    with pytest.raises(OperatorError) as caught:
        await answered(tmp_path, body, encoding)
    assert f"was answered 200, but {why}" in str(caught.value)
    assert str(caught.value).endswith("; have the API send it as it is")


async def test_a_long_answer_is_cut_where_it_is_shown_and_read_whole(tmp_path: Path) -> None:
    rows = [{"id": number, "text": "x" * 100} for number in range(1_000)]
    actions = STOP.replace("answer[0].session.id", "answer[-1].id").replace(
        "answers[0][0].session.id", "answers[0][7].id"
    )

    def answer(request: Request) -> Answer:
        return 200, rows if request.method == "GET" else {"ticket": 1}

    async with serving(answer) as api:
        told = await performed(
            sut_of(tmp_path, REST.format(url=api.url) + actions), "RemoteStopTransaction", {"transactionId": 5}
        )
        assert [request.path for request in api.requests][1:] == ["/sessions/999/prepare", "/sessions/7/stop"]
    shown = told[1].partition("\n\n")[2]
    assert shown.endswith(f"\n(cut here; {len(json.dumps(rows)):,} characters came)")
    assert len(shown) < 17_000
