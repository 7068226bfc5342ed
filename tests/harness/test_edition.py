"""What a version brings to the harness, and where it is picked."""

from pathlib import Path

import pytest

from harness.edition import VERSIONS, bench_of, edition, edition_of, editions
from harness.sut import SutError
from harness.sut.layout import schema
from harness.sut.reading import DEFAULT_VERSION, for_url, parse
from ocppj.versions import protocol

FILE = """
[product]
sut = "csms"
[connection]
url = "ws://127.0.0.1:9000/ocpp"
{version}
[identities]
pattern = "PP-{{case}}"
[tags]
valid = "A"
[profiles]
{profiles}
"""


def text(ocpp: str, version: str = DEFAULT_VERSION) -> str:
    claimed = "\n".join(f"{key} = true" for key in edition(version).claims.profiles.values())
    return FILE.format(version=ocpp, profiles=claimed)


def parsed(ocpp: str, version: str = DEFAULT_VERSION) -> str:
    return parse(text(ocpp, version), "sut.toml", folder=Path(), environ={}).version


@pytest.mark.parametrize("version", VERSIONS)
def test_a_file_names_its_version(version: str) -> None:
    assert parsed(f'ocpp = "{version}"', version) == version


@pytest.mark.parametrize("version", VERSIONS)
def test_a_version_can_be_named_beside_an_address(version: str) -> None:
    assert for_url("ws://127.0.0.1:9000/ocpp", version=version).version == version


def test_where_nothing_names_a_version_the_reader_of_the_file_does() -> None:
    assert parsed("") == for_url("ws://127.0.0.1:9000/ocpp").version == DEFAULT_VERSION == "1.6"


def test_the_version_is_no_part_of_what_the_link_is() -> None:
    """What is written is the same as what is left out: the same product, and the same claims in the results."""
    named, silent = (parse(text(ocpp), "sut.toml", folder=Path(), environ={}) for ocpp in ('ocpp = "1.6"', ""))
    assert (named.connection, named.claims()) == (silent.connection, silent.claims())


@pytest.mark.parametrize("value", ['"1.5"', "1.6", '["1.6"]'])
def test_a_version_that_is_not_known_is_a_sentence(value: str) -> None:
    with pytest.raises(SutError) as caught:
        parsed(f"ocpp = {value}")

    (sentence,) = caught.value.sentences
    assert sentence.startswith('sut.toml: connection.ocpp must be one of "1.6", "2.0.1", not ')


def test_the_versions_of_the_file_are_those_of_the_table() -> None:
    assert schema()["properties"]["connection"]["properties"]["ocpp"]["enum"] == [*VERSIONS]


def test_every_edition_is_of_its_version_and_has_a_bench_for_each_role() -> None:
    for found in editions():
        assert edition(found.version) is found
        assert protocol(found.version).version == found.version
        assert [*found.benches] == ["csms", "charge_point"]


def test_a_system_under_test_has_the_edition_and_the_bench_of_its_file() -> None:
    sut = for_url("ws://127.0.0.1:9000/ocpp")

    assert edition_of(sut) is edition(sut.version)
    assert bench_of(sut) is edition(sut.version).benches["csms"]


def test_only_what_is_connected_to_can_be_looked_at() -> None:
    for found in editions():
        assert found.benches["csms"].reach is not None
        assert found.benches["charge_point"].reach is None
