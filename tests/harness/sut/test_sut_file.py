"""The SUT file: what is read, and one sentence per mistake."""

from __future__ import annotations

import ast
import re
import sys
import typing
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from harness import sut as sut_package
from harness.edition import VERSIONS
from harness.sut import NoOperator, RestFixtures, RestSettings, Secret, SutError, layout
from harness.sut.layout import document, schema
from harness.sut.reading import for_url, load
from tests import ROOT

PROFILES = """
[profiles]
core = true
firmware_management = true
smart_charging = true
reservation = true
local_auth_list = true
remote_trigger = true
"""
CSMS = f"""
[product]
sut = "csms"
[connection]
url = "ws://127.0.0.1:9000/ocpp"
[identities]
[tags]
valid = "VALID-1"
{PROFILES}"""
STATION = f"""
[product]
sut = "charge_point"
[connection]
[[lanes]]
identity = "CP-1"
{PROFILES}"""


def written(folder: Path, text: str) -> Path:
    file = folder / "sut.toml"
    file.write_text(text, encoding="utf-8")
    return file


def sentences(folder: Path, text: str, **options: Any) -> list[str]:
    """The sentences of a file that must be refused, without the folder."""
    options.setdefault("environ", {})
    with pytest.raises(SutError) as caught:
        load(written(folder, text), **options)
    return [sentence.replace(f"{folder}/", "") for sentence in caught.value.sentences]


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new, 1)


def test_a_small_file_is_enough(tmp_path: Path) -> None:
    sut = load(written(tmp_path, CSMS), environ={})

    assert (sut.role, sut.source, sut.connection.url) == ("csms", "sut.toml", "ws://127.0.0.1:9000/ocpp")
    assert isinstance(sut.operator, NoOperator)
    assert (sut.timeouts.message_s, sut.timeouts.long_s, sut.timeouts.operator_s) == (30, 450, 120)
    assert (sut.timeouts.deviation_s, sut.timeouts.settle_s, sut.timeouts.quiet_s) == (4, 2, 1)


def test_an_identity_pattern_gives_unlimited_lanes_that_count_from_one(tmp_path: Path) -> None:
    text = replaced(CSMS, "[identities]", '[identities]\npattern = "CP-{lane:04d}"')
    sut = load(written(tmp_path, text), environ={})

    assert (sut.lane_count, sut.fresh_identities) == (None, False)
    assert [sut.lane(0).identity, sut.lane(41, "RUN", "TC_1").identity] == ["CP-0001", "CP-0042"]
    assert sut.lane(0).connectors == 1


def test_every_case_has_an_identity_of_its_own_where_nothing_else_is_said(tmp_path: Path) -> None:
    sut = load(written(tmp_path, CSMS), environ={})

    assert sut.fresh_identities
    assert sut.lane(0, "211335ab", "TC_011_1_CSMS").identity == "PP-211335ab-TC_011_1"
    assert sut.lane(3, "211335ab").identity == "PP-211335ab-0004"  # where no single case is meant


def test_an_identity_is_never_longer_than_allowed_and_stays_unique(tmp_path: Path) -> None:
    sut = load(written(tmp_path, CSMS), environ={})
    names = [f"TC_OF_SOMEBODY_ELSE_WITH_A_LONG_NAME_{number}_CSMS" for number in range(50)]
    identities = {sut.lane(0, "211335ab", name).identity for name in names}

    assert len(identities) == 50
    assert {len(identity) for identity in identities} == {36}


def test_lanes_have_their_own_key_or_that_of_the_connection(tmp_path: Path) -> None:
    text = replaced(
        CSMS,
        "[identities]",
        '[[lanes]]\nidentity = "A"\nconnectors = 2\nauth_key = "${KEY}"\n[[lanes]]\nidentity = "B"',
    )
    text = replaced(
        text, "[[lanes]]", 'security_profile = 1\nauth_key = "hex:000102030405060708090a0b0c0d0e0fff"\n[[lanes]]'
    )
    sut = load(written(tmp_path, text), environ={"KEY": "sixteen-octets-k"})

    assert sut.lane_count == 2
    assert sut.lane(0).basic_auth == ("A", b"sixteen-octets-k")
    assert sut.lane(1).basic_auth == ("B", bytes([*range(16), 255]))
    assert sut.lane(0).connectors == 2


def test_more_workers_than_lanes_is_a_sentence(tmp_path: Path) -> None:
    sut = load(written(tmp_path, STATION), environ={})

    with pytest.raises(SutError) as caught:
        sut.lane(1)
    assert caught.value.sentences == [
        "sut.toml: worker 2 has no lane, because the file lists 1 [[lanes]]; "
        "run with -n 1 at most or add a [[lanes]] table per worker"
    ]


def test_variables_take_the_value_the_default_or_stay_text(tmp_path: Path) -> None:
    text = replaced(CSMS, "ws://127.0.0.1:9000/ocpp", "ws://${HOST:-localhost}:${PORT}/ocpp")
    text += '[settings]\nrows = [{ limit = "$${HOST}", value = "${EMPTY:-none}" }]\n'
    sut = load(written(tmp_path, text), environ={"PORT": "81", "EMPTY": ""})

    assert sut.connection.url == "ws://localhost:81/ocpp"
    assert (sut.settings.rows[0].limit, sut.settings.rows[0].value) == ("${HOST}", "none")


def test_a_value_with_quotes_cannot_break_the_file(tmp_path: Path) -> None:
    text = CSMS.replace('sut = "csms"', 'sut = "csms"\nholder = "${HOLDER}"')
    sut = load(written(tmp_path, text), environ={"HOLDER": 'A "B"\n[x]'})

    assert sut.product.holder == 'A "B"\n[x]'


OPERATOR = """
[operator]
kind = "rest"
base_url = "${API}"
headers = { Authorization = "Bearer ${TOKEN}", X-Plain = "plain-header" }
[operator.actions.Reset]
path = "/reset/{station}"
body = { pin = "${PIN}", type = "{type}" }
"""
SECRET_ENVIRONMENT = {"API": "http://127.0.0.1:1/api", "TOKEN": "token-4711", "PIN": "pin-0815"}


def test_secrets_are_masked_in_repr_and_scrubbed_from_texts(tmp_path: Path) -> None:
    text = replaced(CSMS, "[identities]", 'auth_key = "key-of-20-octets-xyz"\n[identities]') + OPERATOR
    sut = load(written(tmp_path, text), environ=SECRET_ENVIRONMENT)

    shown = repr(sut) + str(sut.connection) + repr(sut.operator)
    for secret in ("key-of-20-octets-xyz", "token-4711", "pin-0815"):
        assert secret not in shown
        assert sut.scrub(f"<{secret}>") == "<***>"
    assert "plain-header" not in shown
    assert sut.scrub("<plain-header>") == "<plain-header>"
    assert sut.scrub("http://127.0.0.1:1/api") == "http://127.0.0.1:1/api"
    assert sut.connection.auth_key == Secret("key-of-20-octets-xyz")
    assert str(sut.connection.auth_key) == "***"
    assert isinstance(sut.operator, RestSettings)
    assert sut.operator.headers["Authorization"].reveal() == "Bearer token-4711"


def test_a_short_or_empty_secret_does_not_spoil_other_texts(tmp_path: Path) -> None:
    sut = load(written(tmp_path, CSMS + OPERATOR), environ={**SECRET_ENVIRONMENT, "PIN": "1", "TOKEN": ""})

    assert [secret.reveal() for secret in sut.secrets if len(secret.reveal()) < 4] == []
    assert sut.scrub("1 of 11") == "1 of 11"


def test_a_header_that_authenticates_is_masked_even_when_it_is_written_out(tmp_path: Path) -> None:
    text = CSMS + OPERATOR.replace("${TOKEN}", "written-out")
    sut = load(written(tmp_path, text), environ=SECRET_ENVIRONMENT)

    assert sut.scrub("Bearer written-out, written-out") == "***, ***"


def test_the_digest_ignores_secrets_comments_and_order_but_no_answer(tmp_path: Path) -> None:
    def digest(text: str, **environ: str) -> str | None:
        return load(written(tmp_path, text), environ={**SECRET_ENVIRONMENT, **environ}).digest

    base = digest(CSMS + OPERATOR)
    assert base is not None
    assert re.fullmatch("[0-9a-f]{64}", base)
    assert digest("# comment\n" + CSMS + OPERATOR) == base
    assert digest(OPERATOR + CSMS) == base
    assert digest(CSMS + OPERATOR, TOKEN="another", PIN="another pin") == base
    assert digest(CSMS + OPERATOR, API="http://127.0.0.1:2/api") != base
    assert digest(replaced(CSMS, "remote_trigger = true", "remote_trigger = false") + OPERATOR) != base


def test_claims_hold_the_answers_and_nothing_secret(tmp_path: Path) -> None:
    text = CSMS + (
        "[features]\nclear_cache = false\nlocal_list = { full = true }\n"
        '[questions]\n"AQ-2" = false\n[performance]\nocpp_response = 5\n'
        '[people.vendor]\nname = "Jo"\ndate = 2026-11-21\n'
    )
    claims = load(written(tmp_path, text), environ={}).claims()

    assert claims["profiles"]["core"] is True
    assert claims["profiles"]["advanced_security"] is None
    assert claims["features"] == {"clear_cache": False, "local_list": {"full": True}}
    assert claims["questions"] == {"AQ-2": False}
    assert claims["performance"] == {"ocpp_response": 5.0}
    assert claims["people"] == {"vendor": {"name": "Jo", "date": "2026-11-21"}}
    assert claims["security"] == {"basic_auth": {"min_length": 16, "max_length": 20}}


def test_an_unanswered_question_is_none_and_counts_as_claimed(tmp_path: Path) -> None:
    sut = load(written(tmp_path, CSMS + "[features]\nclear_cache = false\n"), environ={})

    assert sut.answer("features.unlock_connector") is None
    assert sut.claimed("features.unlock_connector")
    assert not sut.claimed("features.clear_cache")
    with pytest.raises(AttributeError):
        sut.answer("features.no_such_question")


def test_an_address_alone_claims_all_six_profiles() -> None:
    sut = for_url("wss://csms.example/ocpp")

    assert [name for name, answer in sut.claims()["profiles"].items() if answer] == [
        "core",
        "firmware_management",
        "smart_charging",
        "reservation",
        "local_auth_list",
        "remote_trigger",
    ]
    assert sut.performance.ocpp_response is None
    assert isinstance(sut.operator, NoOperator)
    assert (sut.lane_count, sut.digest, sut.name) == (None, None, "wss://csms.example/ocpp")


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        (
            "http://x:1/ocpp",
            "--csms starts with http://, but OCPP-J speaks WebSocket; write ws://x:1/ocpp",
        ),
        (
            "https://user:secret@x/ocpp",
            "--csms starts with https://, but OCPP-J speaks WebSocket; write wss://x/ocpp",
        ),
        ("127.0.0.1:9000", "--csms must start with ws:// or wss://; write for example ws://127.0.0.1:9000/ocpp"),
        ("ws:///ocpp", "--csms names no host; write for example ws://127.0.0.1:9000/ocpp"),
        (
            "ws://x:0/ocpp",
            "--csms has port 0, which nobody can be reached at; write the port the back office listens on",
        ),
        (
            "ws://x:99999/ocpp",
            "--csms is not an address (Port out of range 0-65535); write for example ws://127.0.0.1:9000/ocpp",
        ),
        (
            "ws://x/ocpp?a=b",
            "--csms must end with its path, because the identity is appended; remove what follows ? or #",
        ),
    ],
)
def test_a_bad_address_is_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(SutError) as caught:
        for_url(url)
    assert caught.value.sentences[0] == sentence


def test_a_user_name_in_the_address_is_refused_without_showing_it() -> None:
    with pytest.raises(SutError) as caught:
        for_url("ws://cp:hunter2@x/ocpp")
    assert caught.value.sentences == [
        "--csms holds a user name; remove it, the identity is the user and connection.auth_key the key"
    ]


# --- the file itself ---


def test_a_missing_file(tmp_path: Path) -> None:
    file = tmp_path / "no.toml"
    with pytest.raises(SutError) as caught:
        load(file)
    assert caught.value.sentences == [f"{file}: there is no such file; `plugproof init {file}` writes one"]


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(SutError) as caught:
        load(tmp_path)
    assert caught.value.sentences == [
        f"{tmp_path}: is a folder; name the SUT file in it, for example {tmp_path}/sut.toml"
    ]


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "sut.toml"
    file.write_bytes(b"[product]\nsut = '\xff'\n")
    with pytest.raises(SutError) as caught:
        load(file)
    assert caught.value.sentences == [f"{file}, line 2: is not UTF-8; save the file as UTF-8"]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    file = tmp_path / "file" / "sut.toml"
    file.parent.write_text("not a folder")
    with pytest.raises(SutError) as caught:
        load(file)
    assert caught.value.sentences == [f"{file}: cannot be read (Not a directory); make it readable"]


def test_a_file_that_is_too_large(tmp_path: Path) -> None:
    file = written(tmp_path, "#" * 1_000_001)
    with pytest.raises(SutError) as caught:
        load(file)
    assert caught.value.sentences == [f"{file}: is larger than 1 MB; is it the SUT file?"]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[product]\nsut = csms\n", r"sut\.toml, line 2: is not TOML, .+ at column 7; correct the line"),
        ("[product]\na = 1\na = 1\n", r"sut\.toml, line 3: is not TOML, .+ at column \d+; correct the line"),
        ('[product]\nsut = """csms', r"sut\.toml, line 2: is not TOML, .+ at the end of the file; complete it"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    (found,) = sentences(tmp_path, text)
    assert re.fullmatch(sentence, found)


# --- keys and types: (what to replace, by what, the sentence) ---

SCHEMA_MISTAKES = [
    (
        "[connection]",
        "[conection]",
        [
            "sut.toml: conection is not known; did you mean connection?",
            "sut.toml: the table [connection] is missing; add it",
        ],
    ),
    (
        "remote_trigger = true",
        "remote_triger = true",
        ["sut.toml: profiles.remote_triger is not known; did you mean remote_trigger?"],
    ),
    (
        "[tags]",
        "[tags]\nheartbeat_s = 5",
        ["sut.toml: tags.heartbeat_s is not known; it belongs into [keys]"],
    ),
    (
        "[identities]",
        "[identities]\nqqq = 5",
        ["sut.toml: identities.qqq is not known; known are connectors, max_length, pattern"],
    ),
    (
        'url = "ws://127.0.0.1:9000/ocpp"',
        "url = 5",
        ['sut.toml: connection.url must be a text, not 5; write for example url = "ws://127.0.0.1:9000/ocpp"'],
    ),
    (
        "core = true",
        'core = "yes"',
        ['sut.toml: profiles.core must be true or false, not "yes"; write for example core = true'],
    ),
    (
        'sut = "csms"',
        'sut = "CSMS"',
        ['sut.toml: product.sut must be one of "csms", "charge_point", not "CSMS"; did you mean "csms"?'],
    ),
    (
        'sut = "csms"',
        'vendor = "x"',
        ['sut.toml: product.sut is missing; add for example sut = "csms"'],
    ),
    (
        "[identities]",
        "[[lanes]]\nidentity = 'A'\n[[lanes]]\nidentity = 'B'\nconnectors = 0",
        ["sut.toml: connectors of [[lanes]] number 2 must be at least 1, not 0; write for example connectors = 2"],
    ),
    (
        "[identities]",
        "[[lanes]]\nconnectors = 1",
        ['sut.toml: identity of [[lanes]] number 1 is missing; add for example identity = "CP-0001"'],
    ),
    (
        "[identities]",
        "[identities]\npattern = '{lane.__class__}'",
        [
            'sut.toml: identities.pattern is not as wanted, found "{lane.__class__}"; '
            'write for example pattern = "PP-{run}-{case}"'
        ],
    ),
    (
        'valid = "VALID-1"',
        'valid = "a-tag-of-twenty-one-c"',
        ["sut.toml: tags.valid has 21 characters, at most 20 are allowed; shorten it"],
    ),
    (
        'valid = "VALID-1"',
        'valid = ""',
        ['sut.toml: tags.valid must not be empty; write for example valid = "VALID-1"'],
    ),
    (
        "[tags]",
        "[performance]\nocpp_response = 0\nauthorize_response = inf\n[tags]",
        [
            "sut.toml: performance.authorize_response must be a finite number; "
            "write the number of seconds or remove the key",
            "sut.toml: performance.ocpp_response must be more than 0, not 0; write for example ocpp_response = 5",
        ],
    ),
    (
        "[tags]",
        "[security]\nprofiles = [1, 4, 1]\n[tags]",
        [
            "sut.toml: security.profiles lists the same thing twice; remove one of them",
            "sut.toml: item 2 of security.profiles must be one of 1, 2, 3, not 4; correct it or remove the key",
        ],
    ),
    (
        "[tags]",
        "[security]\ncertificate_signed_max_chain_size = 20000\n[tags]",
        [
            "sut.toml: security.certificate_signed_max_chain_size must be at most 10000, not 20000; "
            "write for example certificate_signed_max_chain_size = 10000"
        ],
    ),
    (
        "[tags]",
        "[expected_failures]\nTC_031_CSMS = ' '\n[tags]",
        [
            "sut.toml: expected_failures.TC_031_CSMS has no reason; "
            'write why it fails, for example TC_031_CSMS = "issue 123: ..."'
        ],
    ),
    (
        "[tags]",
        "[limits]\nheartbeat_range = [1, 2, 3]\n[tags]",
        ["sut.toml: limits.heartbeat_range must have at most 2 items; write for example heartbeat_range = [10, 300]"],
    ),
    (
        "[product]",
        "pics_version = 2\n[product]",
        ["sut.toml: pics_version must be 1, not 2; correct it"],
    ),
    (
        "[product]",
        f"pics_version = '{'x' * 70}'\n[product]",
        [f'sut.toml: pics_version must be 1, not "{"x" * 56}...; correct it'],
    ),
    (
        "[tags]",
        "[operator]\nkind = 'rset'\n[tags]",
        [
            'sut.toml: operator.kind must be one of "none", "rest", "trigger", "python", "manual", "reference", '
            'not "rset"; did you mean "rest"?'
        ],
    ),
    (
        "[tags]",
        "[operator]\nkind = 'rest'\nbase_url = 'csms.example'\n[tags]",
        [
            'sut.toml: operator.base_url is not as wanted, found "csms.example"; '
            'write for example base_url = "https://csms.example/api"'
        ],
    ),
    (
        "[tags]",
        "[operator]\nkind = 'reference'\n[tags]",
        ['sut.toml: operator.api is missing; add for example api = "http://127.0.0.1:9001"'],
    ),
    (
        "[tags]",
        "[operator]\nkind = 'rest'\nbase_url = 'http://x'\nok = []\n[tags]",
        ["sut.toml: operator.ok has too few items; write for example ok = [200, 202]"],
    ),
    (
        "[tags]",
        "[features]\nauth_cache = true\n[tags]",
        ["sut.toml: features.auth_cache is not known; it is asked of a charge point only; remove it"],
    ),
]


ACTING_MISTAKES = [
    (
        "[operator]\nkind = 'trigger'",
        ['operator.base_url is missing; add for example base_url = "http://127.0.0.1:9001"'],
    ),
    ("[operator]\nkind = 'python'", ['operator.use is missing; add for example use = "my_csms:Operator"']),
    (
        "[operator]\nkind = 'python'\nuse = 'my_csms'",
        ['operator.use is not as wanted, found "my_csms"; write for example use = "my_csms:Operator"'],
    ),
    ("[operator]\nkind = 'manual'\nwho = 'Jo'", ["operator.who is not known; known are kind"]),
    (
        "[operator]\nkind = 'rest'\nbase_url = 'http://x'\nrefused = '('",
        [
            "operator.refused is no regular expression (missing ), unterminated subpattern at position 0); "
            "correct it or remove the key"
        ],
    ),
    (
        "[operator]\nkind = 'rest'\nbase_url = 'http://x'\n[operator.actions.'Reset(kind)']\npath = '/x'",
        [
            'operator.actions."Reset(kind)" is for requests with kind, but Reset has no such member; known are type',
        ],
    ),
    (
        "[operator]\nkind = 'rest'\nbase_url = 'http://x'\n[operator.actions.'Reset type']\npath = '/x'",
        ['operator.actions."Reset type" is no action; write for example Reset, or "ClearChargingProfile(id)"'],
    ),
    (
        "[operator]\nkind = 'rest'\nbase_url = 'http://x'\n[operator.actions.Reset]\npath = '/{type|uper}'",
        ["operator.actions.Reset.path holds {type|uper}, but there is no filter uper; did you mean upper?"],
    ),
    ("[fixtures]\nkind = 'rset'", ['fixtures.kind must be one of "none", "rest", "trigger", "python", "reference", ']),
    ("[operator]\nbase_url = 'http://x'", ['operator.kind is missing; add for example kind = "none"']),
    ("[fixtures]\nper = 'run'", ['fixtures.kind is missing; add for example kind = "rest"']),
    (
        "[fixtures]\nkind = 'rest'",
        [
            "fixtures.base_url is missing, and [operator] has none to take; "
            'add for example base_url = "https://csms.example/api"'
        ],
    ),
    (
        "[fixtures]\nkind = 'reference'",
        ['fixtures.api is missing, and [operator] has none to take; add for example api = "http://127.0.0.1:9001"'],
    ),
    (
        "[fixtures]\nkind = 'rest'\nbase_url = 'http://x'\n[fixtures.tags.create]\npath = '/{idtag}'",
        ["fixtures.tags.create.path holds {idtag}, but a tag has no such value; did you mean {idTag}?"],
    ),
    (
        "[fixtures]\nkind = 'rest'\nbase_url = 'http://x'\n[fixtures.stations.create]\npath = '/{created.id}'",
        [
            "fixtures.stations.create.path holds {created.id}, but a station has no such value; "
            "known are auth_key, connectors, station"
        ],
    ),
    (
        "[fixtures]\nkind = 'rest'\nbase_url = 'http://x'\n[fixtures.tags.invalid]\npath = '/'",
        ["fixtures.tags.invalid is not known; did you mean valid?"],
    ),
    (
        "[fixtures]\nkind = 'trigger'\nbase_url = 'https://x'\nca_file = 'gone.pem'",
        ["fixtures.ca_file names {folder}/gone.pem, where there is no file; correct the name"],
    ),
    (
        "[operator]\nkind = 'trigger'\nbase_url = 'https://x'\nca_file = 'gone.pem'",
        ["operator.ca_file names {folder}/gone.pem, where there is no file; correct the name"],
    ),
]


@pytest.mark.parametrize(("text", "wanted"), ACTING_MISTAKES)
def test_a_mistake_in_who_acts_is_a_sentence(tmp_path: Path, text: str, wanted: list[str]) -> None:
    found = sentences(tmp_path, f"{CSMS}\n{text}\n")
    assert len(found) == len(wanted)
    for sentence, start in zip(found, wanted, strict=True):
        assert sentence.startswith(f"sut.toml: {start}".replace("{folder}/", ""))


def test_a_charge_point_has_neither_fixtures_nor_a_health_page(tmp_path: Path) -> None:
    text = replaced(STATION, "[connection]", "[connection]\nhealth = 'http://x/'")
    assert sentences(tmp_path, f"{text}\n[fixtures]\nkind = 'rest'\nbase_url = 'http://x'\n") == [
        "sut.toml: connection.health is for a back office; remove it",
        "sut.toml: [fixtures] is for a back office; remove the table",
    ]


def test_fixtures_take_the_address_and_the_headers_of_the_operator_together(tmp_path: Path) -> None:
    operator = "[operator]\nkind = 'rest'\nbase_url = 'http://a'\nheaders = { Authorization = 'Bearer ${TOKEN}' }\n"
    own = load(written(tmp_path, f"{CSMS}\n{operator}[fixtures]\nkind = 'rest'\n"), environ={"TOKEN": "token-4711"})
    other = load(
        written(tmp_path, f"{CSMS}\n{operator}[fixtures]\nkind = 'rest'\nbase_url = 'http://b'\n"),
        environ={"TOKEN": "token-4711"},
    )

    assert isinstance(own.fixtures, RestFixtures)
    assert isinstance(other.fixtures, RestFixtures)
    assert (own.fixtures.base_url, own.fixtures.headers["Authorization"].reveal()) == ("http://a", "Bearer token-4711")
    assert (other.fixtures.base_url, other.fixtures.headers) == ("http://b", {})  # a token is for one host


@pytest.mark.parametrize(("old", "new", "wanted"), SCHEMA_MISTAKES)
def test_a_wrong_key_or_type_is_a_sentence(tmp_path: Path, old: str, new: str, wanted: list[str]) -> None:
    found = sentences(tmp_path, replaced(CSMS, old, new))

    assert found == wanted


def test_a_question_of_a_back_office_is_not_asked_of_a_charge_point(tmp_path: Path) -> None:
    assert sentences(tmp_path, STATION + "[features]\nclear_cache = true\n") == [
        "sut.toml: features.clear_cache is not known; it is asked of a back office only; remove it"
    ]


def test_a_misspelt_feature_is_put_right(tmp_path: Path) -> None:
    assert sentences(tmp_path, CSMS + "[features]\nclear_cach = true\nsmart = { txx = true }\n") == [
        "sut.toml: features.clear_cach is not known; did you mean clear_cache?",
        "sut.toml: features.smart.txx is not known; did you mean tx?",
    ]


def test_a_missing_product_is_one_mistake(tmp_path: Path) -> None:
    text = CSMS.replace('[product]\nsut = "csms"', "[features]\nclear_cache = true")
    assert sentences(tmp_path, text) == ["sut.toml: the table [product] is missing; add it"]


def test_unset_variables_are_named(tmp_path: Path) -> None:
    text = replaced(CSMS, 'url = "ws://127.0.0.1:9000/ocpp"', 'url = "${CSMS_URL}"\nauth_key = "${"')
    assert sentences(tmp_path, text)[:2] == [
        "sut.toml: connection.url needs the environment variable CSMS_URL, which is not set; "
        "export CSMS_URL or write ${CSMS_URL:-default}",
        "sut.toml: connection.auth_key holds `${` without a variable name; "
        "write ${NAME} or ${NAME:-default}, or $${ for the text",
    ]


def test_a_secret_is_masked_in_the_sentence_about_it(tmp_path: Path) -> None:
    text = CSMS + "[operator]\nkind = 'rest'\nbase_url = 'http://x'\n[operator.actions.Reset]\npath = '${PIN}'\n"
    assert sentences(tmp_path, text, environ={"PIN": "pin-0815"}) == [
        'sut.toml: operator.actions.Reset.path is not as wanted, found "***"; '
        'write for example path = "/stations/{station}/reset"'
    ]


# --- answers that do not fit together ---

CONTRADICTIONS = [
    (
        CSMS,
        "remote_trigger = true",
        "",
        "profiles.remote_trigger not answered, but the answer decides which cases run; write true or false",
    ),
    (
        CSMS,
        "core = true",
        "core = false",
        "profiles.core = false, but every OCPP 1.6 product has Core; write core = true",
    ),
    (
        CSMS,
        'url = "ws://127.0.0.1:9000/ocpp"',
        "",
        "connection.url is missing, so the back office cannot be reached; "
        'add for example url = "ws://127.0.0.1:9000/ocpp"',
    ),
    (
        CSMS,
        "ws://127.0.0.1:9000/ocpp",
        "http://127.0.0.1:9000/ocpp",
        "connection.url starts with http://, but OCPP-J speaks WebSocket; write ws://127.0.0.1:9000/ocpp",
    ),
    (
        CSMS,
        "[tags]",
        "[hardware]\nconnectors = 1\n[tags]",
        '[hardware] is asked of a charge point only, and product.sut = "csms"; remove the table',
    ),
    (
        CSMS,
        "[tags]",
        "[performance]\nremote_stop_end = 1\n[tags]",
        'performance.remote_stop_end is asked of a charge point only, and product.sut = "csms"; remove it',
    ),
    (
        STATION,
        "[connection]",
        "[performance]\nauthorize_response = 1\n[connection]",
        'performance.authorize_response is asked of a back office only, and product.sut = "charge_point"; remove it',
    ),
    (
        STATION,
        "[connection]",
        '[connection]\nurl = "ws://x/ocpp"',
        "connection.url is for a back office; a charge point connects to plugproof, so write listen instead",
    ),
    (
        CSMS,
        "[identities]",
        "",
        "there are no station identities; add a [[lanes]] table with an identity the back office knows, "
        "or [identities] when it lets any station in",
    ),
    (
        CSMS,
        "[identities]",
        "[identities]\n[[lanes]]\nidentity = 'A'",
        "[[lanes]] and [identities] exclude each other; keep the one that fits the product",
    ),
    (
        CSMS,
        "[identities]",
        "[[lanes]]\nidentity = 'A'\n[[lanes]]\nidentity = 'A'",
        "identity A is in 2 [[lanes]], but a worker needs one of its own; remove the others",
    ),
    (
        CSMS,
        "[identities]",
        '[[lanes]]\nidentity = "A\\n"',
        "lane 'A\\n' holds a control character; write the identity as the product knows it",
    ),
    (
        CSMS,
        "[identities]",
        "[identities]\n[run]\nconnector_id = 2",
        "run.connector_id = 2, but a lane has 1 connectors only; correct one of them",
    ),
    (
        CSMS,
        "[identities]",
        "security_profile = 1\n[identities]",
        "connection.security_profile = 1 needs a basic auth key; "
        'write connection.auth_key = "${CSMS_AUTH_KEY}" or an auth_key in every [[lanes]]',
    ),
    (
        CSMS,
        "[identities]",
        "security_profile = 1\nauth_key = 'sixteen-octets-k'\n[[lanes]]\nidentity = 'A:B'",
        "lane A:B has a colon, which a basic auth user name cannot carry; use another identity or security profile 3",
    ),
    (
        CSMS,
        "[identities]",
        "security_profile = 1\nauth_key = 'short'\n[identities]",
        "connection.auth_key has 5 octets, wanted are 16 to 20; "
        "use another key or state the product's own bounds in [security.basic_auth]",
    ),
    (
        CSMS,
        "[identities]",
        "auth_key = 'hex:0g'\n[identities]",
        "connection.auth_key starts with hex: but goes on with something else than pairs of hex digits; correct it",
    ),
    (
        CSMS,
        "[identities]",
        "security_profile = 2\nauth_key = 'sixteen-octets-k'\n[identities]",
        "connection.security_profile = 2 needs TLS; write connection.url with wss://",
    ),
    (
        CSMS,
        'ws://127.0.0.1:9000/ocpp"',
        "wss://127.0.0.1:9000/ocpp\"\nsecurity_profile = 1\nauth_key = 'sixteen-octets-k'",
        "connection.security_profile = 1 is without TLS; write 2, or connection.url with ws://",
    ),
    (
        CSMS,
        'ws://127.0.0.1:9000/ocpp"',
        "wss://127.0.0.1:9000/ocpp\"\nsecurity_profile = 3\nclient_certificate = 'sut.toml'",
        "connection.client_key is missing, security profile 3 needs it; name the PEM file",
    ),
    (
        CSMS,
        "[identities]",
        "security_profile = 1\nauth_key = 'sixteen-octets-k'\n[security]\nprofiles = [2, 3]\n[identities]",
        "connection.security_profile = 1 is not among security.profiles; "
        "add 1 to security.profiles or change the connection",
    ),
    (
        CSMS,
        "[identities]",
        "[security]\nstart_profile = 1\n[identities]",
        "security.start_profile = 1 contradicts connection.security_profile = 0; "
        "make them equal or remove security.start_profile",
    ),
    (
        CSMS,
        "[identities]",
        "[security.basic_auth]\nmin_length = 30\n[identities]",
        "security.basic_auth.min_length is more than max_length; exchange them",
    ),
    (
        CSMS,
        'valid = "VALID-1"',
        "",
        'tags.valid is missing, nearly every case presents it; add for example valid = "VALID-1"',
    ),
    (
        CSMS,
        'valid = "VALID-1"',
        'valid = "VALID-1"\nblocked = "valid-1"',
        "tags.valid and tags.blocked are the same idTag valid-1; use two tags",
    ),
    (
        CSMS,
        "[tags]",
        "[questions]\nAQ-1 = false\n[tags]",
        "questions.AQ-1 asks the same as features.boot_pending, which is the one that counts; "
        "take it out and write boot_pending = false in [features]",
    ),
    (
        CSMS,
        "[tags]",
        "[questions]\nAQ-6 = true\n[tags]",
        "questions.AQ-6 asks the same as features.reject_unknown_at_handshake, which is the one that counts; "
        "take it out and write reject_unknown_at_handshake = true in [features]",
    ),
    (
        STATION,
        "[connection]",
        "[questions]\nCP-7 = true\n[connection]",
        "questions.CP-7 asks the same as features.download_firmware_during_tx, which is the one that counts; "
        "take it out and write download_firmware_during_tx = true in [features]",
    ),
    (
        STATION,
        "[connection]",
        "[limits]\nheartbeat_range = [9, 3]\n[connection]",
        "limits.heartbeat_range has its lowest value last; exchange the two",
    ),
    (
        CSMS,
        "[tags]",
        '[oca_ref]\n"features.unlok" = "C-11"\n[tags]',
        'oca_ref."features.unlok" names no question of this file; '
        'write the dotted name, for example "features.unlock_connector"',
    ),
    (
        CSMS,
        "[identities]",
        "ca_file = 'no.pem'\n[identities]",
        "connection.ca_file names no.pem, where there is no file; correct the name, it is relative to the SUT file",
    ),
]


@pytest.mark.parametrize(("base", "old", "new", "wanted"), CONTRADICTIONS)
def test_answers_that_do_not_fit_are_a_sentence(tmp_path: Path, base: str, old: str, new: str, wanted: str) -> None:
    assert sentences(tmp_path, replaced(base, old, new)) == [f"sut.toml: {wanted}"]


def test_an_expected_failure_must_name_a_case(tmp_path: Path) -> None:
    text = CSMS + '[expected_failures]\nTC_31_CSMS = "reason"\nTC_010_CSMS = "reason"\n'

    assert sentences(tmp_path, text, known_cases=["TC_031_CSMS", "TC_010_CSMS"]) == [
        "sut.toml: expected_failures.TC_31_CSMS is no case; did you mean TC_031_CSMS?"
    ]
    many = [f"case-{number}" for number in range(20)]
    assert sentences(tmp_path, text, known_cases=many)[0] == (
        "sut.toml: expected_failures.TC_31_CSMS is no case; `plugproof list` shows the ids"
    )
    assert load(written(tmp_path, text)).expected_failures["TC_31_CSMS"] == "reason"


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    text = replaced(replaced(CSMS, "ws://", "http://"), "[identities]", "").replace("core = true", "core = false")
    assert len(sentences(tmp_path, text)) == 3


def test_file_names_are_relative_to_the_sut_file(tmp_path: Path) -> None:
    (tmp_path / "root.pem").write_text("x")
    sut = load(written(tmp_path, replaced(CSMS, "[identities]", 'ca_file = "root.pem"\n[identities]')), environ={})

    assert sut.connection.ca_file == str(tmp_path / "root.pem")


# --- templates of the rest operator ---

TEMPLATE_MISTAKES = [
    (
        "[operator.actions.RemoteStartTransation]\npath = '/x'",
        "operator.actions.RemoteStartTransation is no message that a back office sends; "
        "did you mean RemoteStartTransaction?",
    ),
    (
        "[operator.actions.RemoteStartTransaction]\npath = '/x/{conectorId}'",
        "operator.actions.RemoteStartTransaction.path holds {conectorId}, "
        "but RemoteStartTransaction has no such member; did you mean {connectorId}?",
    ),
    (
        "[operator.actions.Reset]\npath = '/x'\nbody = [{ a = '{' }]",
        "a in item 1 of operator.actions.Reset.body holds a single {; write {{ for the character itself",
    ),
    (
        "[operator.actions.Reset]\npath = '/x'\nquery = { a = '{type[0]}' }",
        "operator.actions.Reset.query.a holds {type[0]}, but Reset has no such member; did you mean {type}?",
    ),
    (
        "[operator.actions.Reset]\npath = '/x'\nquery = { a = '{ty pe}' }",
        "operator.actions.Reset.query.a holds {ty pe}, which is no placeholder; write for example {station}",
    ),
    (
        "[operator.actions.Reset]\npath = '/x'\nheaders = { a = '{zzz}' }",
        "operator.actions.Reset.headers.a holds {zzz}, but Reset has no such member; known are payload, station, type",
    ),
    (
        "[operator.actions.Reset]\npath = '/x'\nform = {}\nbody = {}",
        "operator.actions.Reset has both body and form; keep one of them",
    ),
]


@pytest.mark.parametrize(("template", "wanted"), TEMPLATE_MISTAKES)
def test_a_template_that_cannot_work_is_a_sentence(tmp_path: Path, template: str, wanted: str) -> None:
    text = f"{CSMS}\n[operator]\nkind = 'rest'\nbase_url = 'http://x'\n{template}\n"
    assert sentences(tmp_path, text) == [f"sut.toml: {wanted}"]


def test_nested_members_are_placeholders(tmp_path: Path) -> None:
    template = "[operator.actions.SetChargingProfile]\npath = '/x/{csChargingProfiles.stackLevel}'"
    text = f"{CSMS}\n[operator]\nkind = 'rest'\nbase_url = 'http://x'\n{template}\n"
    assert isinstance(load(written(tmp_path, text)).operator, RestSettings)


# --- the schema that is made of the structs ---


def test_the_document_for_editors_is_what_the_structs_say() -> None:
    kept = ROOT / "schemas" / "documents" / "sut.schema.json"
    assert kept.read_text(encoding="utf-8") == document(), f"run: python -m harness.sut.layout {kept.relative_to(ROOT)}"


def test_the_layout_of_a_struct_whose_module_was_taken_out_is_made_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pytest that runs within another one takes all modules out that it brought."""
    source = (
        "from __future__ import annotations\nimport msgspec\nclass Table(msgspec.Struct):\n    seconds: float = 1.0\n"
    )
    (tmp_path / "brought_by_a_test.py").write_text(source, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    table = import_module("brought_by_a_test").Table
    monkeypatch.delitem(sys.modules, "brought_by_a_test")

    assert layout._hints(table) == {"seconds": float}
    sys.modules.pop("brought_by_a_test")


def test_what_loading_fills_in_is_no_key() -> None:
    keys = schema()
    assert not {"version", "source", "digest", "secrets", "more_tags"} & set(keys["properties"])
    assert set(keys["properties"]["lanes"]["items"]["properties"]) & {"listen", "api"} == set()
    for kind in ("operator_python", "driver_python", "fixtures_python"):
        assert "folder" not in keys["$defs"][kind]["properties"]


@pytest.mark.parametrize("version", VERSIONS)
def test_every_key_says_what_it_means(version: str) -> None:
    silent = []

    def walk(part: Any, place: str) -> None:
        if isinstance(part, dict):
            for name, child in part.get("properties", {}).items():
                if not {"description", "const", "$ref"} & set(child):
                    silent.append(f"{place}.{name}")
            for name, child in part.items():
                walk(child, f"{place}.{name}")

    layout = schema(version)
    for tables in (layout["properties"], layout["$defs"]):
        for name, part in tables.items():
            walk(part, name)
    assert silent == []


def test_the_schema_is_itself_valid() -> None:
    from jsonschema import Draft202012Validator

    Draft202012Validator.check_schema(schema())
    assert schema()["additionalProperties"] is False


def test_every_schema_example_fits_its_place() -> None:
    from jsonschema import Draft202012Validator

    checked = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            for example in part.get("examples", ()):
                resolved = {**part, "$defs": schema()["$defs"]}
                Draft202012Validator(resolved).validate(example)
                checked.append(example)
            for child in part.values():
                walk(child)

    walk(schema())
    assert len(checked) > 150


def test_the_page_about_the_file_lists_every_key() -> None:
    from harness.sut.key_tables import BEGIN, END, inserted

    page = (ROOT / "docs" / "sut-file.md").read_text(encoding="utf-8")
    assert page.count(BEGIN) == page.count(END) == 1
    assert "| `local_list.differential` |" in page
    assert inserted(page) == page, "run: python -m harness.sut.key_tables docs/sut-file.md"


NOT_READ_YET = {"long_s", "reboot_s"}
"""For a charge point under test, which has no cases yet."""


def test_every_value_of_the_file_is_read_by_somebody() -> None:
    """What stands in these tables is for the cases and the run; a value that nobody reads promises what is not kept."""
    root = Path(sut_package.__file__).parents[2]
    read = {
        node.attr
        for package in ("harness", "testcases")
        for file in (root / package).rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
    }
    tables = ("tags", "timeouts", "keys", "boot", "smart", "files", "run")
    hints = typing.get_type_hints(sut_package.Sut)
    values = {f"{table}.{name}" for table in tables for name in hints[table].__struct_fields__}

    assert {value for value in values if value.partition(".")[2] not in read | NOT_READ_YET} == set()


def test_a_value_that_nobody_reads_is_none(tmp_path: Path) -> None:
    (sentence,) = sentences(tmp_path, f"{CSMS}\n[smart]\nstart_period = 0\n")
    assert sentence.startswith("sut.toml: smart.start_period is not known")


def test_a_whole_number_is_written_as_one(tmp_path: Path) -> None:
    (sentence,) = sentences(tmp_path, f"{CSMS}\n[keys]\nheartbeat_s = 60.0\n")
    assert sentence == "sut.toml: expected `int`, got `float` - at `$.keys.heartbeat_s`; correct it"
