"""`connection.errata` of a SUT file: the level that rules are judged by."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.bay.bay import Bay
from harness.case.facts import Case
from harness.case.run import CaseRun
from harness.sut import SutError
from harness.sut.reading import load
from ocppj.session.session import Memory
from ocppj.v16 import ERRATA, PROTOCOL
from tests.harness.sut.test_sut_file import CSMS, STATION, written

CASE = Case(id="TC_1_CSMS", title="One", sut="csms", profile="Core", ref="OCPP 1.6 §4.1", rules={"TC_1_CSMS.R1": "A."})


OF_2_0_1 = """
[product]
sut = "csms"
[connection]
ocpp = "2.0.1"
errata = "2019"
url = "ws://127.0.0.1:9000/ocpp"
[identities]
[tags]
valid = "VALID-1"
[profiles]
core = true
"""


def with_level(text: str, level: str) -> str:
    return text.replace("[connection]\n", f'[connection]\nerrata = "{level}"\n')


def test_a_case_is_judged_by_the_level_of_the_file(tmp_path: Path) -> None:
    old, new = (load(written(tmp_path, text), environ={}) for text in (with_level(CSMS, "2019"), CSMS))
    assert CaseRun(CASE, old, old.lane(0), Memory()).protocol is ERRATA["2019"]
    assert CaseRun(CASE, new, new.lane(0), Memory()).protocol is PROTOCOL


def test_a_charge_point_that_connects_is_judged_by_it(tmp_path: Path) -> None:
    sut = load(written(tmp_path, with_level(STATION, "2019")), environ={})
    assert Bay(sut, sut.lane(0), Memory())._protocol is ERRATA["2019"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            with_level(CSMS, "2017"),
            "sut.toml: connection.errata: OCPP 1.6 has no errata level 2017: use 2019 or 2025-04; "
            "correct it or leave it out",
        ),
        (
            OF_2_0_1,
            "connection.errata: OCPP 2.0.1 has no errata level 2019: there are none to choose from; "
            "correct it or leave it out",
        ),
    ],
)
def test_a_level_that_the_version_does_not_have_is_told(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(SutError) as caught:
        load(written(tmp_path, text), environ={})
    assert any(told.endswith(sentence) for told in caught.value.sentences), caught.value.sentences
