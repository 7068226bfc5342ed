"""The opening request: what is rewritten is what was asked for, and every other byte stays."""

from __future__ import annotations

import pytest

from harness.instruments.proxy.wire import opening
from harness.instruments.proxy.wire.opening import Changes, Compression
from tests.harness.instruments.proxy.support import agreed, request


def test_without_a_change_every_byte_stays() -> None:
    head = request("/ocpp/CP%201", "X-Odd :  a  ", "authorization: Basic Zm9v", "Sec-WebSocket-Extensions: a")

    assert opening.rewritten(head, Changes()) == (head, [])


@pytest.mark.parametrize(
    ("path", "changes", "becomes"),
    [
        ("/CP-1", Changes(path="/ocpp"), "/ocpp/CP-1"),
        ("/ocpp/CP-1", Changes(path="/ocpp"), "/ocpp/CP-1"),
        ("/a/b/CP%2F1?x=1", Changes(path="/ocpp/"), "/ocpp/CP%2F1?x=1"),
        ("/CP-1?x=1", Changes(query="key=2"), "/CP-1?key=2&x=1"),
        ("/CP-1", Changes(path="/ws", query="key=2"), "/ws/CP-1?key=2"),
    ],
)
def test_the_identity_goes_behind_the_path_of_the_endpoint(path: str, changes: Changes, becomes: str) -> None:
    head, told = opening.rewritten(request(path, "X: 1"), changes)

    assert head == request(becomes, "X: 1")
    assert told == ([] if path == becomes else [f"path {path} became {becomes}"])


def test_host_and_authorization_are_replaced_where_they_stand() -> None:
    before = b"GET /CP HTTP/1.1\r\nhOsT:\tone\r\nX: 1\r\nAUTHORIZATION: Basic Zm9v\r\nHost: two\r\n\r\n"
    after, told = opening.rewritten(before, Changes(host="csms.example", authorization=opening.basic("CP", "secret")))

    assert after == b"GET /CP HTTP/1.1\r\nhOsT:\tcsms.example\r\nX: 1\r\nAUTHORIZATION: Basic Q1A6c2VjcmV0\r\n\r\n"
    assert told == ["Host one became csms.example", "Authorization was replaced"]


def test_what_is_missing_is_added_before_the_empty_line() -> None:
    after, told = opening.rewritten(b"GET /CP HTTP/1.1\r\n\r\n", Changes(authorization="Basic eA=="))

    assert after == b"GET /CP HTTP/1.1\r\nAuthorization: Basic eA==\r\n\r\n"
    assert told == ["Authorization was added"]


def test_compression_is_taken_out_of_the_offer() -> None:
    offer = "sec-websocket-extensions: permessage-deflate"
    after, told = opening.rewritten(request("/CP", offer, "X: 1"), Changes(compression=False))

    assert after == request("/CP", "X: 1")
    assert told == ["Sec-WebSocket-Extensions was taken out"]


@pytest.mark.parametrize("head", [b"\x16\x03\x01 \r\n\r\n", b"GET /CP\r\n\r\n", b"SSH-2.0-x a b\r\n\r\n", b""])
def test_what_is_no_request_stays_as_it_is(head: bytes) -> None:
    assert opening.rewritten(head, Changes(path="/ocpp", host="x", authorization="y")) == (head, [])
    assert opening.read_request(head) is None


def test_what_a_request_tells() -> None:
    found = opening.read_request(request("/ocpp/CP%20%C3%BC?x=/y", subprotocol="ocpp2.0.1 , ocpp1.6"))

    assert found is not None
    assert (found.identity, found.offered) == ("CP ü", ("ocpp2.0.1", "ocpp1.6"))


def test_what_an_answer_tells() -> None:
    answer = opening.read_answer(agreed("Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover"))

    assert answer is not None
    assert answer.is_upgrade
    assert (answer.subprotocol, answer.status, answer.reason) == ("ocpp1.6", 101, "Switching Protocols")
    assert opening.compression(answer.extensions) == Compression(csms_alone=True)


@pytest.mark.parametrize("head", [b"nonsense", b"HTTP/1.1", b"HTTP/1.1 abc", b""])
def test_what_is_no_answer(head: bytes) -> None:
    assert opening.read_answer(head) is None


def test_a_refusal_is_no_upgrade() -> None:
    answer = opening.read_answer(b"HTTP/1.1 401\r\nWWW-Authenticate: Basic")

    assert answer is not None
    assert (answer.status, answer.reason, answer.is_upgrade) == (401, "", False)


@pytest.mark.parametrize(
    ("extensions", "found"),
    [
        ("", None),
        ("permessage-deflate", Compression()),
        (
            "permessage-deflate; client_max_window_bits=10; server_max_window_bits=9; client_no_context_takeover",
            Compression(10, 9, station_alone=True),
        ),
    ],
)
def test_how_the_two_compress(extensions: str, found: Compression | None) -> None:
    assert opening.compression(extensions) == found


@pytest.mark.parametrize(
    "extensions",
    ["x-webkit-deflate-frame", "permessage-deflate, other", "permessage-deflate; client_max_window_bits=99", "=;"],
)
def test_extensions_that_are_not_known_are_told(extensions: str) -> None:
    with pytest.raises(ValueError, match="the two have agreed on"):
        opening.compression(extensions)


@pytest.mark.parametrize(
    "line",
    [
        "Authorization: Basic Q1A6c2VjcmV0",
        "authorization:Bearer Q1A6c2VjcmV0",
        "Proxy-Authorization: Odd Q1A6c2VjcmV0",
        "Cookie: session=Q1A6c2VjcmV0; b=Q1A6c2VjcmV0",
    ],
)
def test_credentials_are_not_shown(line: str) -> None:
    text = opening.shown(request("/CP", line, "X: 1"))

    assert "Q1A6c2VjcmV0" not in text
    assert text.endswith("\nX: 1")
    assert text.startswith("GET /CP HTTP/1.1\nHost: proxy.example\n")


def test_changes_do_not_show_credentials() -> None:
    assert "Zm9v" not in repr(Changes(authorization="Basic Zm9v"))
