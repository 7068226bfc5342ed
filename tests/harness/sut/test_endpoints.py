"""The security part of a SUT file: with what a lane connects in each profile, and one sentence per mistake."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from harness.pki import Pki
from harness.sut import Link, Sut, SutError, link_of, security_profiles, upgrades
from harness.sut.reading import for_url, load
from tests import ROOT
from tests.harness.sut.test_sut_file import CSMS, PROFILES, sentences, written

KEY = "sixteen-octets-k"
LANES = f"""
[product]
sut = "csms"
[connection]
url = "ws://csms.example/ocpp"
auth_key = "{KEY}"
[[lanes]]
identity = "CP-1"
[[lanes]]
identity = "CP-2"
auth_key = "seventeen-octets-"
[tags]
valid = "VALID-1"
{PROFILES}"""
ENDPOINTS = """
[endpoints.1]
identity = "{identity}-1"
changing_identity = "{identity}-UP"
[endpoints.2]
url = "wss://csms.example/ocpp"
"""


@pytest.fixture
def pki(tmp_path: Path) -> str:
    """The line that names a folder of certificates."""
    Pki.create(tmp_path / "pki")
    return '\n[tls]\npki = "pki"\n'


def loaded(tmp_path: Path, text: str) -> Sut:
    return load(written(tmp_path, text), environ={})


def reached(link: Link) -> tuple[str, int, str, str | None]:
    return link.identity, link.profile, link.url, None if link.auth_key is None else link.auth_key.reveal()


# --- what is read ----------------------------------------------------------------------------------------------------


def test_an_ordinary_case_goes_by_the_connection_alone(tmp_path: Path) -> None:
    sut = loaded(tmp_path, LANES + ENDPOINTS)

    assert reached(link_of(sut, sut.lane(0))) == ("CP-1", 0, "ws://csms.example/ocpp", KEY)
    assert link_of(sut, sut.lane(0)).basic_auth is None


def test_a_security_case_plays_the_station_of_its_profile(tmp_path: Path, pki: str) -> None:
    sut = loaded(tmp_path, LANES + ENDPOINTS + "[endpoints.3]\n" + pki)

    assert security_profiles(sut) == (1, 2, 3)
    assert upgrades(sut) == (1, 2)
    second = "seventeen-octets-"
    assert reached(link_of(sut, sut.lane(1), 1)) == ("CP-2-1", 1, "ws://csms.example/ocpp", second)
    assert reached(link_of(sut, sut.lane(1), 1, changing=True)) == ("CP-2-UP", 1, "ws://csms.example/ocpp", second)
    assert reached(link_of(sut, sut.lane(1), 2)) == ("CP-2", 2, "wss://csms.example/ocpp", second)
    assert reached(link_of(sut, sut.lane(1), 2, changing=True))[0] == "CP-2"
    # an address for TLS does for profile 3 as well
    assert reached(link_of(sut, sut.lane(1), 3)) == ("CP-2", 3, "wss://csms.example/ocpp", second)
    assert link_of(sut, sut.lane(1), 2).basic_auth == ("CP-2", second.encode())
    assert link_of(sut, sut.lane(1), 3).basic_auth is None
    assert link_of(sut, sut.lane(1), 3).pki == str(tmp_path / "pki")


def test_files_of_a_lane_come_before_those_of_the_connection(tmp_path: Path) -> None:
    for name in ("one.pem", "one.key", "all.pem", "all.key"):
        (tmp_path / name).write_text("")
    text = LANES.replace('"CP-1"', '"CP-1"\nclient_certificate = "one.pem"\nclient_key = "one.key"').replace(
        "[connection]", '[connection]\nclient_certificate = "all.pem"\nclient_key = "all.key"'
    )
    sut = loaded(tmp_path, text)

    links = [link_of(sut, sut.lane(number), 3) for number in (0, 1)]
    assert [(link.client_certificate, link.client_key) for link in links] == [
        (str(tmp_path / "one.pem"), str(tmp_path / "one.key")),
        (str(tmp_path / "all.pem"), str(tmp_path / "all.key")),
    ]


@pytest.mark.parametrize(
    ("claimed", "wanted"), [((1, 2, 3), (1, 2)), ((1, 2), (1,)), ((2, 3), (2,)), ((1, 3), ()), ((2,), ()), ((), ())]
)
def test_a_station_rises_by_one(claimed: tuple[int, ...], wanted: tuple[int, ...]) -> None:
    sut = for_url("ws://127.0.0.1:1/ocpp")
    security = msgspec.structs.replace(sut.security, profiles=claimed)

    assert upgrades(msgspec.structs.replace(sut, security=security)) == wanted


# --- what is refused -------------------------------------------------------------------------------------------------

MISTAKES = [
    (
        LANES + '[endpoints.2]\nurl = "ws://csms.example/ocpp"\n',
        "endpoints.2.url is without TLS, which security profile 2 needs; write it with wss://",
    ),
    (
        LANES + '[endpoints.1]\nurl = "wss://csms.example/ocpp"\nchanging_identity = "{identity}-UP"\n',
        "endpoints.1.url is with TLS, which security profile 1 is without; write it with ws://",
    ),
    (
        LANES + '[endpoints.2]\nurl = "wss://csms.example/ocpp?x=1"\n',
        "endpoints.2.url must end with its path, because the identity is appended; remove what follows ? or #",
    ),
    (
        LANES + '[endpoints.1]\nidentity = "STATION"\n',
        'endpoints.1.identity is the same station for every lane; write for example "{identity}-S"',
    ),
    (
        LANES + '[endpoints.1]\nidentity = "{lane}-{identity}"\n',
        'endpoints.1.identity has a placeholder that is not {identity}; write for example "{identity}-S"',
    ),
    (
        LANES + '[endpoints.1]\nchanging_identity = "{identity}:UP"\n',
        "endpoints.1.changing_identity has a colon, which a basic auth user name cannot carry; use another identity",
    ),
    (
        LANES + "[endpoints.2]\n[security]\nprofiles = [1]\n",
        "[endpoints.2] is for a profile that security.profiles does not claim; add 2 to it or remove the table",
    ),
    (
        LANES + "[security]\nprofiles = [2]\n",
        "security profile 2 is claimed, but no address begins with wss://; add [endpoints.2] with for example "
        'url = "wss://csms.example/ocpp"',
    ),
    (
        LANES.replace("ws:", "wss:") + "[security]\nprofiles = [1]\n",
        "security profile 1 is claimed, but no address begins with ws://; add [endpoints.1] with for example "
        'url = "ws://csms.example/ocpp"',
    ),
    (
        LANES.replace(f'auth_key = "{KEY}"', "") + "[endpoints.1]\n",
        "security profile 1 is claimed and needs a basic auth key; "
        'write connection.auth_key = "${CSMS_AUTH_KEY}" or an auth_key in every [[lanes]]',
    ),
    (
        LANES.replace(KEY, "short") + "[endpoints.1]\n",
        "connection.auth_key has 5 octets, wanted are 16 to 20; use another key or state the product's own bounds in "
        "[security.basic_auth]",
    ),
    (
        LANES.replace("ws:", "wss:") + "[endpoints.3]\n",
        "security profile 3 is claimed and needs a client certificate; make a folder with `plugproof pki` and name it, "
        'for example tls.pki = "pki", or name connection.client_certificate and connection.client_key',
    ),
    (
        LANES + "[endpoints.1]\n[endpoints.2]\nurl = 'wss://csms.example/ocpp'\n",
        "TC_083 raises the security profile of its station for good, so it needs one of its own, registered with "
        'profile 1; add [endpoints.1] with for example changing_identity = "{identity}-UP"',
    ),
    (
        LANES + '[tls]\npki = "nowhere"\n',
        "tls.pki names nowhere, which `plugproof pki` has not made; make it or correct the name",
    ),
    (
        LANES.replace('"CP-1"', '"CP-1"\nclient_certificate = "gone.pem"'),
        "client_certificate of lane CP-1 names gone.pem, where there is no file; correct the name, it is "
        "relative to the SUT file",
    ),
    (
        CSMS.replace('"csms"', '"charge_point"')
        .replace('url = "ws://127.0.0.1:9000/ocpp"', "")
        .replace("[identities]", "[endpoints.1]\n[[lanes]]\nidentity = 'A'"),
        "[endpoints] is for a back office; a charge point connects to plugproof, so remove the table",
    ),
]


@pytest.mark.parametrize(("text", "wanted"), MISTAKES)
def test_a_mistake_is_a_sentence(tmp_path: Path, text: str, wanted: str) -> None:
    assert sentences(tmp_path, text) == [f"sut.toml: {wanted}"]


def test_the_identity_is_the_common_name_of_a_certificate(tmp_path: Path, pki: str) -> None:
    text = (
        LANES.replace("CP-1", "C" * 60).replace("ws:", "wss:") + '[endpoints.3]\nidentity = "{identity}-LONG"\n' + pki
    )

    assert sentences(tmp_path, text) == [
        f"sut.toml: the identity {'C' * 60}-LONG has 65 characters, but it is the common name of a client certificate, "
        "which has at most 64; use a shorter one"
    ]


def test_what_follows_from_a_mistake_is_not_told(tmp_path: Path) -> None:
    text = LANES.replace("[connection]", "[connection]\nsecurity_profile = 2") + "[endpoints.3]\n"

    assert sentences(tmp_path, text) == [
        "sut.toml: connection.security_profile = 2 needs TLS; write connection.url with wss://"
    ]


def test_a_key_of_an_endpoint_that_does_not_exist_is_named(tmp_path: Path) -> None:
    assert sentences(tmp_path, LANES + '[endpoints.2]\nuri = "wss://x/ocpp"\n') == [
        "sut.toml: endpoints.2.uri is not known; did you mean url?"
    ]
    assert sentences(tmp_path, LANES + "[endpoints.4]\n") == [
        "sut.toml: endpoints.4 is not known; known are 1, 2, 3",
    ]


def test_the_operator_of_the_reference_can_lower_a_station_again(tmp_path: Path) -> None:
    operated = '\n[operator]\nkind = "reference"\napi = "http://127.0.0.1:1"\n'
    with pytest.raises(SutError, match="TC_083"):
        loaded(tmp_path, LANES + "[endpoints.1]\n[endpoints.2]\nurl = 'wss://csms.example/ocpp'\n")

    loaded(tmp_path, LANES + "[endpoints.1]\n[endpoints.2]\nurl = 'wss://csms.example/ocpp'\n" + operated)


def test_the_example_of_the_page_is_usable(tmp_path: Path, pki: str) -> None:
    page = (ROOT / "docs" / "security-cases.md").read_text("utf-8")
    (tmp_path / "csms-root.pem").write_text("")
    example = page.partition("```toml\n")[2].partition("```")[0]
    rest = f'[product]\nsut = "csms"\n[[lanes]]\nidentity = "CP-0001"\n[tags]\nvalid = "V"\n{PROFILES}'
    sut = load(written(tmp_path, example + rest), environ={"CSMS_AUTH_KEY": KEY})

    assert upgrades(sut) == (1, 2)
    links = [link_of(sut, sut.lane(0), profile) for profile in (1, 2, 3)]
    assert [link.identity for link in links] == ["CP-0001-1", "CP-0001-2", "CP-0001-3"]
    assert [link.url for link in links] == ["ws://csms.example/ocpp", *["wss://csms.example/ocpp"] * 2]
