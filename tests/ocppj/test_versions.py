"""The one table of the versions that the engine knows."""

import subprocess
import sys

import pytest

from ocppj.versions import VERSIONS, UnknownVersion, of_subprotocol, protocol


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_is_found_by_its_name_and_by_its_subprotocol(version: str) -> None:
    found = protocol(version)
    assert found.version == found.schemas.version == version
    assert of_subprotocol(found.subprotocol) is found
    assert found.actions == found.schemas.actions


@pytest.mark.parametrize("version", ["", "1.5", "v16", "ocpp1.6"])
def test_an_unknown_version_is_one_sentence(version: str) -> None:
    with pytest.raises(UnknownVersion, match=r"is not spoken here: use 1\.6 or 2\.0\.1$"):
        protocol(version)


@pytest.mark.parametrize("name", ["", "1.6", "ocpp", "ocpp1.5", "OCPP1.6"])
def test_an_unknown_subprotocol_is_one_sentence(name: str) -> None:
    with pytest.raises(UnknownVersion, match=r"is no subprotocol spoken here: use ocpp1\.6 or ocpp2\.0\.1$"):
        of_subprotocol(name)


def test_a_version_is_imported_when_it_is_asked_for() -> None:
    code = "import sys, ocppj.versions; print([name for name in sys.modules if name.startswith('ocppj.v')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30)
    assert done.stdout == "['ocppj.versions']\n"


@pytest.mark.parametrize("version", VERSIONS)
def test_every_code_that_is_used_is_one_of_the_version(version: str) -> None:
    codes = protocol(version).codes
    used = {codes.no_call, codes.unread, codes.unknown_type, *codes.of_keyword.values()} - {None}
    assert used <= codes.known


@pytest.mark.parametrize(
    ("version", "identity", "is_right"),
    [
        ("1.6", "RDAM 123", True),
        ("1.6", "a:b" * 50, True),
        ("1.6", "", False),
        ("2.0.1", "CS001", True),
        ("2.0.1", "aZ0*-_=+|@.", True),
        ("2.0.1", "x" * 48, True),
        ("2.0.1", "x" * 49, False),
        ("2.0.1", "RDAM 123", False),
        ("2.0.1", "a:b", False),
        ("2.0.1", "ä", False),
        ("2.0.1", "a\n", False),
        ("2.0.1", "", False),
    ],
)
def test_what_a_station_may_be_called(version: str, identity: str, is_right: bool) -> None:
    assert protocol(version).identity.allows(identity) is is_right


@pytest.mark.parametrize("version", VERSIONS)
def test_every_rule_of_a_schema_is_in_the_book(version: str) -> None:
    spoken = protocol(version)
    for kind in ("call", "result"):
        for violation in spoken.schemas.diagnose(next(iter(spoken.schemas.actions)), kind, {"more": 1}):
            assert spoken.rule_of(violation, kind) in spoken.book.rules
