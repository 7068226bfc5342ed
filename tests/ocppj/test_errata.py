"""The errata levels of OCPP 1.6: what a rule cites, and what is judged otherwise."""

import pytest

from ocppj.v16 import ERRATA, PROTOCOL
from ocppj.v16.errata import LEVELS
from ocppj.versions import UnknownErrata, protocol
from tests.ocppj.support.line import Line
from tests.ocppj.support.spoken import OCPP_1_6
from tests.ocppj.support.talk import NOW

OLD = ERRATA["2019"]


def line_of(level: str) -> Line:
    line = Line("station", OCPP_1_6)
    line.session = type(line.session)("csms", ERRATA[level], trace=line.trace)
    return line


@pytest.mark.parametrize(
    ("newest", "in_2019"),
    [
        ("E 3.38, 3.39", "E 3.38, 3.39"),
        ("E 3.67", "E 3.67"),
        ("E 3.68", ""),
        ("E 3.69 to 3.83", "E 3.68 to 3.82"),
        ("S §7.13, E 3.84, 3.85", "S §7.13, E 3.83"),
        ("E 3.90, J §3.1", "E 3.88, J §3.1"),
        ("E 3.45, 3.70, 4.13, 4.17", "E 3.45, 3.69, 4.13, 4.17"),
        ("E 3.67 to 3.68, 3.91", "E 3.89"),
        ("JE 3.70", "JE 3.70"),
        ("S §3.14, JE 2.1 to 2.6", "S §3.14, JE 2.1 to 2.6"),
    ],
)
def test_a_source_has_the_numbers_of_the_level(newest: str, in_2019: str) -> None:
    old, new = LEVELS
    assert new.source(newest) == newest
    assert old.source(newest) == in_2019


def test_a_rule_that_only_later_errata_make_is_not_there_before() -> None:
    assert PROTOCOL.book.rules.keys() - OLD.book.rules.keys() == {"BOOT-11"}
    assert OLD.book.passive == PROTOCOL.book.passive


def test_rpc_06_an_id_is_used_again_after_silence_by_the_newest_errata_only() -> None:
    for level, broken in (("2019", [("RPC-06", "MUST")]), ("2025-04", [])):
        line = line_of(level)
        line.calls("1")
        line.passes(60)
        line.calls("1")
        assert line.broken == broken


def test_rpc_06_an_id_that_was_answered_is_used_again_by_none() -> None:
    for level in ERRATA:
        line = line_of(level)
        for _ in range(2):
            line.calls("1")
            line.is_answered("1")
        assert line.broken == [("RPC-06", "MUST")]


def test_val_10_celsius_is_in_the_newest_errata_only() -> None:
    value = {"timestamp": NOW, "sampledValue": [{"value": "1", "unit": "Celsius"}]}
    for level, broken in (("2019", "MUST"), ("2025-04", "SHOULD")):
        line = line_of(level)
        line.calls("1", "MeterValues", {"connectorId": 1, "meterValue": [value]})
        assert line.broken == [("VAL-10", broken)]


def test_a_version_is_spoken_by_the_newest_errata_unless_a_level_is_named() -> None:
    assert protocol("1.6") is protocol("1.6", "2025-04") is PROTOCOL
    assert protocol("1.6", "2019") is OLD


@pytest.mark.parametrize(
    ("version", "sentence"),
    [
        ("1.6", "OCPP 1.6 has no errata level 2020: use 2019 or 2025-04"),
        ("2.0.1", "OCPP 2.0.1 has no errata level 2020: there are none to choose from"),
    ],
)
def test_a_level_that_there_is_not_is_told(version: str, sentence: str) -> None:
    with pytest.raises(UnknownErrata, match=sentence):
        protocol(version, "2020")
