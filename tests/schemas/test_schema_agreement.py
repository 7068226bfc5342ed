"""jsonschema-rs, which decides, and jsonschema, which explains, agree on all schemas: on payloads generated from them,
on mutations of these, and on texts near the two formats. errata.toml lists all they disagree on as they come.
"""

import calendar
import copy
import random
import string
from collections.abc import Callable, Iterator
from importlib import resources
from typing import Any

import jsonschema
import jsonschema_rs
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import schemas
from schemas import errata
from schemas.diagnosis import Diagnoser
from schemas.formats import is_date_time
from schemas.model import Kind

SETS = {version: schemas.load(version) for version in schemas.known_versions()}
SET = SETS["1.6"]
KINDS: tuple[Kind, ...] = ("call", "result")
KEYS = [(version, action, kind) for version in SETS for action in SETS[version].actions for kind in KINDS]
SCHEMAS = {(version, action, kind): SETS[version].schema(action, kind) for version, action, kind in KEYS}
DIAGNOSER = Diagnoser()
DISAGREEMENTS = errata.parse((resources.files("schemas") / "v16" / "errata.toml").read_bytes()).disagreement

TEXT = string.ascii_letters + string.digits + ' -_.:/äß漢\n"\\'
DATES = [
    "2026-11-21T10:00:00Z",
    "2026-11-21T10:00:00.123+02:00",
    "2024-02-29T23:59:59-00:30",
    "2016-12-31T23:59:60Z",
    "2017-01-01T00:59:60+01:00",
    "0000-01-01T00:00:00z",
    "1999-02-28t00:00:00.5Z",
]
URIS = ["ftp://example.org/a", "https://u:p@example.org:21/a?b#c", "http://[::1]/", "urn:a:b", "mailto:a@b"]
WRONG: list[Any] = [
    None, True, False, 0, 1, -1, 1.0, -0.0, 0.1, 0.05, 21.4, 21.45, 1e-7, 1e22, 1e300, 2**31, -(2**31) - 1, 2**31 - 1,
    -(2**31), 2**63, 2**64, 10**30, -(10**30), 10**4000, 2147483648.0, 0.30000000000000004, 1e16 + 2, "", "1",
    "x" * 600, "Accepted", "accepted", [], [1], {}, {"x": 1}, "2026-11-21T10:0-:00Z", "2026-11-21T10:00:00Z\n",
    "/relative", "no uri",
]  # fmt: skip


def stock_rs(schema: dict[str, Any]) -> Callable[[Any], bool]:
    return jsonschema_rs.Draft4Validator(schema, validate_formats=True).is_valid


def stock_py(schema: dict[str, Any]) -> Callable[[Any], bool]:
    return jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker()).is_valid


def ours_rs(schema: dict[str, Any]) -> Callable[[Any], bool]:
    (corrected,) = errata.apply({"A.json": schema}, []).values()
    errata._date_time_shape(corrected)
    return stock_rs(corrected)


def ours_py(schema: dict[str, Any]) -> Callable[[Any], bool]:
    return lambda value: DIAGNOSER.explain(schema, value) == ()


# --- payloads from schemas ---


def valid(schema: dict[str, Any], draw: random.Random) -> Any:
    """Some payload the schema accepts; optional members come and go."""
    if "enum" in schema:
        return draw.choice(schema["enum"])
    match schema.get("type"):
        case None:
            return copy.deepcopy(draw.choice(WRONG[:25]))
        case "object":
            required = schema.get("required", ())
            return {
                name: valid(member, draw)
                for name, member in schema.get("properties", {}).items()
                if name in required or draw.random() < 0.6
            }
        case "array":
            return [
                valid(schema["items"], draw)
                for _ in range(draw.randint(schema.get("minItems", 0), min(schema.get("maxItems", 3), 3)))
            ]
        case "integer":
            lowest, highest = int(schema["minimum"]), int(schema["maximum"])
            return min(max(draw.choice([lowest, highest, 0, draw.randint(-1000, 1000)]), lowest), highest)
        case "number" if "minimum" in schema:
            return draw.randint(int(schema["minimum"]), int(schema.get("maximum", 1_000)))
        case "number":
            return draw.choice([draw.randint(-100, 100), draw.randint(0, 100_000) / 10])
        case "boolean":
            return draw.random() < 0.5
    if schema.get("format") == "date-time":
        return draw.choice(DATES)
    if schema.get("format") == "uri":
        return draw.choice(URIS)
    return "".join(draw.choices(TEXT, k=draw.randint(0, min(schema.get("maxLength", 30), 30))))


def places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Every (container, key) inside the payload."""
    for key, child in list(node.items() if isinstance(node, dict) else enumerate(node)):
        yield node, key
        if isinstance(child, dict | list):
            yield from places(child)


def mutated(payload: Any, draw: random.Random) -> Any:
    """The payload with one thing dropped, added or changed."""
    root = {"payload": copy.deepcopy(payload)}
    container, key = draw.choice(list(places(root)))
    value = container[key]
    match draw.randrange(5):
        case 0:
            del container[key]
        case 1 if isinstance(value, dict):
            value[draw.choice(["extra", "idtag", "", "é"])] = draw.choice(WRONG)
        case 2 if isinstance(value, str):
            container[key] = near(value, draw)
        case 3 if isinstance(value, int | float) and abs(value) < 2**64:
            container[key] = draw.choice([float(value), value + 0.1, value + 0.05, value * 10**10, str(value)])
        case _:
            container[key] = copy.deepcopy(draw.choice(WRONG))
    return root.get("payload")


def near(text: str, draw: random.Random) -> str:
    """The text with one to three characters changed, added or dropped."""
    letters = list(text)
    for _ in range(draw.randint(1, 3)):
        place = draw.randrange(len(letters) + 1)
        match draw.randrange(4):
            case 0:
                letters.insert(place, draw.choice("0123456789+-:.,/TtZz \n٣%"))
            case 1:
                del letters[place : place + 1]
            case _:
                letters[place : place + 1] = draw.choice("0123456789+-:.,/TtZz \n٣%")
    return "".join(letters)


SETTINGS = settings(derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
OF_1_6 = [key for key in KEYS if key[0] == "1.6"]


@pytest.mark.parametrize(("version", "action", "kind"), OF_1_6, ids=lambda value: value)
@settings(SETTINGS, max_examples=30)
@given(draw=st.randoms(use_true_random=True))
def test_both_libraries_agree_on_payloads_and_their_mutations(
    version: str, action: str, kind: schemas.Kind, draw: random.Random
) -> None:
    _agree(version, action, kind, draw)


@pytest.mark.parametrize(("version", "action", "kind"), KEYS[len(OF_1_6) :], ids=lambda value: value)
@settings(SETTINGS, max_examples=5)
@given(draw=st.randoms(use_true_random=True))
def test_both_libraries_agree_on_the_larger_payloads_of_later_versions(
    version: str, action: str, kind: schemas.Kind, draw: random.Random
) -> None:
    _agree(version, action, kind, draw)


def _agree(version: str, action: str, kind: schemas.Kind, draw: random.Random) -> None:
    schema, loaded = SCHEMAS[version, action, kind], SETS[version]
    check = (loaded.call if kind == "call" else loaded.result)[action]
    payload = valid(schema, draw)
    assert check(payload) is True
    assert DIAGNOSER.explain(schema, payload) == ()
    for _ in range(6):
        payload = mutated(payload, draw)
        found = DIAGNOSER.explain(schema, payload)
        assert check(payload) is (found == ()), (payload, found)
        assert loaded.diagnose(action, kind, payload) == found


@pytest.mark.parametrize(
    ("version", "keywords"), [("1.6", {"multipleOf"}), ("2.0.1", {"multipleOf", "maxItems"})], ids=SETS
)
def test_mutations_reach_every_keyword(version: str, keywords: set[str]) -> None:
    draw = random.Random(7)
    seen = set()
    accepted = 0
    for _ in range(60 if version == "1.6" else 15):
        for of_version, action, kind in KEYS:
            if of_version != version:
                continue
            payload = mutated(valid(SCHEMAS[version, action, kind], draw), draw)
            found = SETS[version].diagnose(action, kind, payload)
            accepted += found == ()
            seen |= {violation.keyword for violation in found}
    assert accepted > 100
    assert seen == {
        "additionalProperties", "enum", "format", "maxLength", "maximum", "minItems", "minimum", "multipleOf",
        "required", "type",
    }  # fmt: skip


# --- what the libraries disagree on as they come ---


def in_class(entry: str, value: Any) -> bool:
    """Whether a value on which the libraries disagree is of the kind the entry describes."""
    if entry in ("binary-multiples", "uri-unchecked"):
        return True
    clean = value.upper().removesuffix("\n")
    if entry == "trailing-line-feed":
        return value.endswith("\n")
    if entry == "punctuation-for-digits":
        return not is_date_time(clean)
    if entry == "leap-second":
        return is_date_time(clean) and clean[17:19] == "60"
    return entry == "year-zero" and is_date_time(clean) and clean.startswith("0000")


def corpus(schema: dict[str, Any], draw: random.Random) -> Iterator[Any]:
    if schema["type"] == "number":
        yield from (draw.randint(0, 100_000) / draw.choice([1, 10, 100]) for _ in range(2_000))
    else:
        seeds = DATES if schema["format"] == "date-time" else URIS
        yield from (near(draw.choice(seeds), draw) for _ in range(12_000))


def schemas_compared() -> list[dict[str, Any]]:
    distinct: list[dict[str, Any]] = []
    for entry in DISAGREEMENTS:
        if entry.schema not in distinct:
            distinct.append(entry.schema)
    return distinct


def test_the_list_of_disagreements_is_exactly_what_is_seen() -> None:
    draw = random.Random(16)
    seen = set()
    for schema in schemas_compared():
        left, right = stock_rs(schema), stock_py(schema)
        entries = [entry.id for entry in DISAGREEMENTS if entry.schema == schema]
        for value in corpus(schema, draw):
            if left(value) is right(value):
                continue
            explained = [entry for entry in entries if in_class(entry, value)]
            assert explained, value
            if len(explained) == 1:
                seen |= set(explained)
    assert seen == {entry.id for entry in DISAGREEMENTS}


@pytest.mark.parametrize("entry", DISAGREEMENTS, ids=lambda entry: entry.id)
def test_each_disagreement_is_one_and_is_settled_as_written(entry: errata.Disagreement) -> None:
    assert entry.examples
    for example in entry.examples:
        assert stock_rs(entry.schema)(example) is not stock_py(entry.schema)(example), example
        assert ours_rs(entry.schema)(example) is entry.accepted, example
        assert ours_py(entry.schema)(example) is entry.accepted, example


def test_ours_agree_near_the_formats_and_on_multiples() -> None:
    draw = random.Random(17)
    for schema in schemas_compared():
        left, right = ours_rs(schema), ours_py(schema)
        for value in corpus(schema, draw):
            assert left(value) is right(value), value


def test_the_schemas_use_no_other_formats_than_those_compared() -> None:
    used = {part.get("format") for schema in SCHEMAS.values() for part in errata.subschemas(schema)}
    assert used == {None, "date-time", "uri"}


@pytest.mark.parametrize("year", [1900, 2000, 2023, 2024])
def test_every_day_of_a_year_and_no_other(year: int) -> None:
    check = SET.result["Heartbeat"]
    for month in range(14):
        for day in range(33):
            exists = 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]
            text = f"{year}-{month:02}-{day:02}T00:00:00Z"
            assert check({"currentTime": text}) is is_date_time(text) is exists, text


def test_every_tenth_is_a_multiple_and_no_hundredth_between() -> None:
    check = ours_rs({"type": "number", "multipleOf": 0.1})
    for tenths in range(10_000):
        assert check(tenths / 10), tenths
        assert not check((tenths * 10 + 5) / 100), tenths
