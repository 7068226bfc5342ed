"""What rules see of an opening handshake, and when they say nothing about one."""

from typing import Any

import pytest

from ocppj.peers.aio import Peer
from ocppj.rules.handshake import Handshake, accepted_by, listed, one, values
from ocppj.v16 import PROTOCOL
from tests.ocppj.support.talk import Talk, handshake

HEADERS = (("sec-websocket-protocol", "ocpp2.0.1, ocpp1.6"), ("Sec-WebSocket-Protocol", " ocpp1.5,,"))


@pytest.mark.parametrize(
    ("target", "identity"),
    [("/ocpp/CP%201", "CP 1"), ("/CP1?token=a/b", "CP1"), ("/a%2Fb", "a/b"), ("/ocpp/", ""), ("/", "")],
)
def test_the_identity_is_the_last_segment_of_the_path(target: str, identity: str) -> None:
    assert Handshake(target, ()).identity == identity


def test_headers_may_come_several_times_in_any_letter_case() -> None:
    assert Handshake("/x", HEADERS).offered == ("ocpp2.0.1", "ocpp1.6", "ocpp1.5")
    assert values(HEADERS, "SEC-WEBSOCKET-PROTOCOL") == ["ocpp2.0.1, ocpp1.6", "ocpp1.5,,"]
    assert one(HEADERS, "Host") == ""
    assert listed((), "Sec-WebSocket-Protocol") == []


def test_the_answer_to_a_key_is_that_of_the_example_in_rfc_6455() -> None:
    assert accepted_by("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    ("authorization", "user"),
    [
        ("Basic Q1AgMTpzZWNyZXQ=", "CP 1"),
        ("basic Q1AgMTo=", "CP 1"),
        ("Basic Q1AgMf8=", None),  # no colon
        ("Basic /zo=", None),  # no UTF-8
        ("Basic %%", None),
        ("Bearer Q1AgMTpzZWNyZXQ=", None),
        ("", None),
    ],
)
def test_the_user_name_of_basic_authentication(authorization: str, user: str | None) -> None:
    headers = (("Authorization", authorization),) if authorization else ()
    assert Handshake("/x", headers).user == user


@pytest.mark.parametrize(
    "unseen",
    [
        Handshake("/CP1", ()),  # a log without headers
        Handshake("/CP1", (), subprotocol="ocpp1.6"),
        Handshake("/CP1", handshake().headers),  # an answer that nobody wrote down
        handshake(agreed=None),  # what becomes of such a connection, cases judge
        handshake(Sec_WebSocket_Extensions="permessage-deflate"),  # offered and not taken
        handshake(Authorization="Basic %%"),
        handshake(suites=(0x009C, 0x009D)),
    ],
)
def test_what_was_not_seen_is_judged_on_nobody(unseen: Handshake) -> None:
    talk = Talk("station")
    assert talk.session.shake_hands(unseen) == ()
    assert talk.found == []


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Sec_WebSocket_Version": "13, 8"}, "Sec-WebSocket-Version is '13, 8', 13 is the version of RFC 6455"),
        ({"Sec_WebSocket_Protocol": ""}, "ocpp1.6 is not offered, no subprotocol is"),
        ({"Sec_WebSocket_Protocol": "ocpp1.5"}, "ocpp1.6 is not offered, 'ocpp1.5' is"),
        ({"Authorization": "Basic Y3A6c2VjcmV0"}, "the user name is 'cp', the identity 'CP 1'"),
    ],
)
def test_a_sentence_says_what_came_instead(changes: dict[str, Any], message: str) -> None:
    talk = Talk("station")
    talk.session.shake_hands(handshake(agreed=None, **changes))
    assert [finding.message for finding in talk.found] == [message]


def test_con_01_a_request_without_a_version_is_none_of_rfc_6455() -> None:
    talk = Talk("station")
    talk.session.shake_hands(Handshake("/CP1", (("Sec-WebSocket-Protocol", "ocpp1.6"),)))
    assert [finding.message for finding in talk.found] == [
        "Sec-WebSocket-Version is not there, 13 is the version of RFC 6455"
    ]


def test_con_10_names_the_extension_without_its_parameters() -> None:
    talk = Talk("csms")
    talk.session.shake_hands(
        handshake(Sec_WebSocket_Extensions="x-a;b=1", answered_Sec_WebSocket_Extensions="X-A, x-other; c")
    )
    assert [finding.message for finding in talk.found] == ["the extension 'x-other' was not offered"]


def test_what_a_handshake_breaks_is_given_and_kept() -> None:
    talk = Talk("station")
    found = talk.session.shake_hands(handshake(Sec_WebSocket_Version="8", agreed="ocpp1.5"))
    assert [(finding.rule, finding.party) for finding in found] == [("CON-01", "station"), ("CON-05", "csms")]
    assert talk.session.findings == [*found]


@pytest.mark.asyncio
async def test_a_connection_that_shows_no_handshake_is_judged_by_none() -> None:
    class Wire:
        subprotocol = "ocpp1.6"

    peer = Peer.over_websocket(Wire(), "csms", protocol=PROTOCOL)
    assert (peer.subprotocol, peer.findings) == ("ocpp1.6", [])
