"""Each rule that frames are judged by trips on what breaks it, alone; nothing trips on what keeps it."""

from collections.abc import Iterator

import pytest

from ocppj.evidence.trace import Role
from ocppj.v16 import PROTOCOL
from tests.ocppj.rules import kills
from tests.ocppj.rules.broken import BREACHES
from tests.ocppj.rules.broken.model import Breach
from tests.ocppj.support.talk import Talk

RULES = PROTOCOL.book.rules


def rows() -> Iterator[object]:
    for number, breach in enumerate(BREACHES):
        for party in breach.parties(RULES[breach.rule]):
            yield pytest.param(breach, party, id=f"{breach.rule}-{number}-{party}")


@pytest.mark.parametrize(("breach", "party"), [*rows()])
def test_a_rule_trips_on_what_breaks_it_and_on_nothing_else(breach: Breach, party: Role) -> None:
    kept, broken = Talk(party), Talk(party)
    breach.keeps(kept)
    breach.breaks(broken)

    assert kept.broken == []
    beside = [one for one in broken.broken if one[0] in breach.beside]
    assert [rule for rule, _ in beside] == [*breach.beside]
    assert [one for one in broken.broken if one not in beside] == [
        (breach.rule, breach.level or RULES[breach.rule].level)
    ]


def test_every_rule_that_frames_are_judged_by_is_broken_by_somebody() -> None:
    assert {breach.rule for breach in BREACHES} == PROTOCOL.book.passive


def test_every_must_is_broken_as_one() -> None:
    as_should = {
        "BOOT-08",
        "RPC-09",
    }  # the clock here may be wrong; null is tolerated, and anything else breaks VAL-00 too
    musts = {breach.rule for breach in BREACHES if breach.level is None and RULES[breach.rule].level == "MUST"}
    assert musts == {rule for rule in PROTOCOL.book.passive if RULES[rule].level == "MUST"} - as_should


def test_the_matrix_is_that_of_these_conversations() -> None:
    assert kills.FILE.read_text(encoding="utf-8") == kills.matrix(), "python -m tests.ocppj.rules.kills"
