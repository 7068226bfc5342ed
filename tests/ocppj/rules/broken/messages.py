"""Frames and exchanges (catalogue chapter 2)."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, Conversation, after, told
from tests.ocppj.support.talk import Talk


def calls(*ids: str) -> Conversation:
    """Right CALLs with these ids, each answered."""

    def conversation(talk: Talk) -> None:
        for id in ids:
            talk.calls(id)
            talk.is_answered(id)

    return conversation


def is_called(id: str = "1") -> Conversation:
    return lambda talk: talk.is_called(id)


def answers(id: str = "1") -> Conversation:
    return lambda talk: talk.answers(id)


def says(text: str) -> Conversation:
    return lambda talk: talk.says(text)


def hears(text: str) -> Conversation:
    return lambda talk: talk.hears(text)


def passes(seconds: float) -> Conversation:
    return lambda talk: talk.passes(seconds)


def closes(talk: Talk) -> None:
    talk.session.close(talk.party, talk.now)


def gives_up(id: str) -> Conversation:
    """The other party waits for an answer no longer."""
    return lambda talk: talk.session.time_out(id, talk.now, talk.other)


def has_called(id: str) -> Conversation:
    return lambda talk: talk.calls(id)


RIGHT: Final = calls("1", "2")
ASKED: Final = after(is_called(), answers())

BREACHES: Final = (
    Breach("RPC-01", "an array that begins with 9", RIGHT, says('[9,"1",{}]')),
    Breach("RPC-02", "a CALL without a payload", RIGHT, says('[2,"1","DataTransfer"]')),
    Breach("RPC-03", "a CALLRESULT with five elements", ASKED, after(is_called(), says('[3,"1",{},{},{}]'))),
    Breach(
        "RPC-04", "a CALLERROR without details", ASKED, after(is_called(), says('[4,"1","InternalError","No time."]'))
    ),
    Breach("RPC-05", "an id of 37 characters", calls("x" * 36), calls("x" * 37)),
    Breach("RPC-06", "an id that was used before", RIGHT, calls("1", "1")),
    Breach(
        "RPC-06",
        "an id that was used on the connection before",
        after(calls("1"), Talk.reconnects, calls("2")),
        after(calls("1"), Talk.reconnects, calls("1")),
    ),
    Breach(
        "RPC-07",
        "an answer with the id in other letter case",
        after(is_called("aB"), answers("aB")),
        after(is_called("aB"), answers("ab")),
    ),
    Breach("RPC-08", "an action in lower case", RIGHT, says('[2,"1","datatransfer",{}]')),
    Breach(
        "RPC-09",
        "null as a payload",
        RIGHT,
        lambda talk: talk.says(
            {"station": '[2,"1","Heartbeat",null]', "csms": '[2,"1","ClearCache",null]'}[talk.party]
        ),
        level="SHOULD",
    ),
    Breach(
        "RPC-10",
        "a CALLERROR with a list as details",
        after(is_called(), says('[4,"1","InternalError","",{}]')),
        after(is_called(), says('[4,"1","InternalError","",[]]')),
    ),
    Breach("RPC-11", "an answer to a message of type 9", hears('[9,"x"]'), after(hears('[9,"x"]'), says('[3,"x",{}]'))),
    Breach(
        "RPC-11",
        "the connection is closed after a message of type 9",
        hears('[9,"x"]'),
        after(hears('[9,"x"]'), closes),
    ),
    Breach(
        "RPC-12",
        "an answer to a text that is no JSON",
        hears("{"),
        after(hears("{"), says('[4,"-1","FormationViolation","",{}]')),
    ),
    Breach("RPC-13", "a second answer", ASKED, after(ASKED, answers())),
    Breach("RPC-13", "no answer", ASKED, after(is_called(), passes(60), gives_up("1"))),
    Breach("RPC-14", "an answer to nothing", ASKED, says('[3,"nothing",{}]')),
    Breach(
        "RPC-15",
        "a second CALL a second after the first, which is open",
        RIGHT,
        after(has_called("1"), passes(1), has_called("2")),
    ),
    Breach(
        "RPC-16",
        "no answer as long as the own CALL is open",
        after(has_called("1"), ASKED),
        after(has_called("own"), is_called(), passes(60), gives_up("1")),
        beside=("RPC-13",),
    ),
    Breach(
        "RPC-17",
        "the connection is closed after a late answer",
        after(
            has_called("1"),
            lambda talk: talk.session.time_out("1", talk.now, talk.party),
            lambda talk: talk.is_answered(),
        ),
        after(
            has_called("1"),
            lambda talk: talk.session.time_out("1", talk.now, talk.party),
            lambda talk: talk.is_answered(),
            closes,
        ),
    ),
    Breach(
        "RPC-18",
        "a CALL is given up after 10 s of the 30 s of MessageTimeout",
        after(told(MessageTimeout="30"), has_called("a"), passes(30), has_called("b")),
        after(told(MessageTimeout="30"), has_called("a"), passes(10), has_called("b")),
    ),
    Breach("RPC-19", "an answer without its members", ASKED, after(is_called(), says('[3,"1",{}]'))),
)
