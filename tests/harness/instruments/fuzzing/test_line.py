"""What is held against the system under test on one connection, and what it was told itself."""

import pytest

from harness.instruments.fuzzing.contact.line import Line
from ocppj.frames import parse
from ocppj.session.session import Session
from ocppj.v16 import PROTOCOL

ODD = '[2,"1","Authorize",{"idTag":"caf\u00e9"}]'


def broken(*told: str) -> list[str]:
    line, session = Line("station", lambda action, payload: None), Session("csms", PROTOCOL)
    for at, text in enumerate(told):
        line.observed(session.observe("csms", parse(text), at))
    line.observed(session.observe("station", parse(ODD), 100))
    return [finding.rule for _, finding in line.broken]


@pytest.mark.parametrize("tag", ["caf\u00e9", r"caf\u00e9"], ids=["as it is", "escaped"])
def test_a_text_that_it_was_told_is_not_held_against_it(tag: str) -> None:
    assert broken(f'[2,"r","RemoteStartTransaction",{{"idTag":"{tag}"}}]') == []


def test_a_text_of_its_own_is() -> None:
    assert broken('[2,"r","RemoteStartTransaction",{"idTag":"TAG"}]') == ["VAL-06"]
