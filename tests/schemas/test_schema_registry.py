"""Loading: the actions, two schemas each, one digest, and sentences for what cannot be loaded."""

import copy
import subprocess
import sys
from typing import Any

import pytest

import schemas
from schemas import registry, source
from schemas.dialects import check_of
from schemas.errata import subschemas
from schemas.model import Kind
from tests import ROOT

VERSIONS = pytest.mark.parametrize("version", schemas.known_versions())


@pytest.mark.parametrize(("version", "count"), [("1.6", 39), ("2.0.1", 64)])
def test_all_actions_have_a_check_and_a_schema_for_both_directions(version: str, count: int) -> None:
    loaded = schemas.load(version)

    assert loaded.version == version
    assert len(loaded.actions) == count
    assert loaded.call.keys() == loaded.result.keys() == loaded.actions.keys()
    for action in loaded.actions:
        assert loaded.schema(action, "call")["type"] == "object"
        assert loaded.schema(action, "result")["type"] == "object"


@VERSIONS
def test_the_actions_alone_are_those_of_the_schemas(version: str) -> None:
    assert schemas.actions_of(version) == schemas.load(version).actions


def test_the_actions_of_a_version_need_no_schema_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "read_files", lambda folder: pytest.fail("a schema file was read"))
    schemas.actions_of.cache_clear()

    assert schemas.actions_of("2.0.1")["TransactionEvent"].sender == "station"


def test_senders_and_profiles() -> None:
    actions = schemas.load("1.6").actions

    assert actions["DataTransfer"] == schemas.ActionInfo("DataTransfer", "both", "Core")
    assert actions["SendLocalList"] == schemas.ActionInfo("SendLocalList", "csms", "LocalAuthListManagement")
    assert actions["SignCertificate"] == schemas.ActionInfo("SignCertificate", "station", "Security")
    assert {info.profile for info in actions.values()} == {
        "Core",
        "FirmwareManagement",
        "LocalAuthListManagement",
        "Reservation",
        "SmartCharging",
        "RemoteTrigger",
        "Security",
    }
    assert sum(info.profile == "Security" for info in actions.values()) == 11
    assert sum(info.sender == "station" for info in actions.values()) == 13


def test_senders_and_functional_blocks_of_2_0_1() -> None:
    actions = schemas.load("2.0.1").actions

    assert actions["DataTransfer"] == schemas.ActionInfo("DataTransfer", "both", "DataTransfer")
    assert actions["TransactionEvent"] == schemas.ActionInfo("TransactionEvent", "station", "Transactions")
    assert actions["GetBaseReport"] == schemas.ActionInfo("GetBaseReport", "csms", "Provisioning")
    assert len({info.profile for info in actions.values()}) == 16
    assert sum(info.sender == "station" for info in actions.values()) == 24


def test_a_version_is_loaded_once() -> None:
    assert schemas.load("1.6") is schemas.load("1.6")
    assert schemas.load("1.6").digest != schemas.load("2.0.1").digest


def test_the_source_names_distribution_and_version() -> None:
    name, version = schemas.load("1.6").source.split(" ")
    assert name == "ocpp"
    assert version[0].isdigit()


def test_an_unknown_version_is_one_sentence() -> None:
    with pytest.raises(schemas.UnknownVersion, match=r"^There are no schemas for OCPP '1\.5': use 1\.6, 2\.0\.1\.$"):
        schemas.load("1.5")


def test_an_unknown_action_is_one_sentence_and_a_key_error() -> None:
    with pytest.raises(schemas.UnknownAction) as caught:
        schemas.load("1.6").diagnose("Autorize", "call", {})
    assert str(caught.value) == "OCPP 1.6 has no action 'Autorize' with a call."
    assert isinstance(caught.value, KeyError)


def test_a_schema_is_a_copy_the_caller_may_change() -> None:
    loaded = schemas.load("1.6")
    loaded.schema("Authorize", "call")["properties"].clear()
    assert list(loaded.schema("Authorize", "call")["properties"]) == ["idTag"]


@VERSIONS
def test_nothing_is_left_to_be_resolved(version: str) -> None:
    loaded = schemas.load(version)
    for action in loaded.actions:
        for kind in ("call", "result"):
            for schema in subschemas(loaded.schema(action, kind)):
                assert not schema.keys() & {"$ref", "$id", "id", "definitions"}, (action, kind)


@VERSIONS
def test_every_object_refuses_unknown_members_but_custom_data(version: str) -> None:
    loaded = schemas.load(version)
    for action in loaded.actions:
        for kind in ("call", "result"):
            for schema in subschemas(loaded.schema(action, kind)):
                if schema.get("type") == "object" and schema.get("javaType") != "CustomData":
                    assert schema["additionalProperties"] is False, (action, kind)


def test_a_dialect_that_nobody_reads_is_one_sentence() -> None:
    with pytest.raises(schemas.BadSource, match=r"^A schema is written in 'draft-99', which OCPP does not use\.$"):
        check_of({"$schema": "draft-99"})


SUFFIXES: dict[Kind, str] = {"call": "", "result": "Response"}
"""What the name of a schema file has after that of the action."""


def _reversed(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _reversed(node[key]) for key in reversed(node)}
    return [_reversed(item) for item in node] if isinstance(node, list) else node


def test_the_digest_ignores_the_order_of_members_and_notices_a_change() -> None:
    loaded = schemas.load("1.6")
    files = {
        f"{action}{suffix}.json": loaded.schema(action, kind)
        for action in loaded.actions
        for kind, suffix in SUFFIXES.items()
    }
    actions = loaded.actions
    turned = registry.SchemaSet("1.6", dict(reversed(list(actions.items()))), _reversed(files))
    assert turned.digest == loaded.digest
    assert len(loaded.digest) == 64

    changed = copy.deepcopy(files)
    changed["Authorize.json"]["properties"]["idTag"]["maxLength"] = 21
    assert registry.SchemaSet("1.6", actions, changed).digest != loaded.digest


def test_other_files_than_expected_are_named() -> None:
    actions = schemas.load("1.6").actions
    files = source.read_files("v16")
    del files["Reset.json"]
    files["Extra.json"] = {}
    with pytest.raises(schemas.BadSource, match=r"differ in Extra\.json, Reset\.json: use the pinned version\.$"):
        registry._expect_files(actions, files, ".json")


def test_a_folder_that_is_not_there_is_one_sentence() -> None:
    with pytest.raises(schemas.BadSource, match="There are no schema files of v99: install the `ocpp` distribution"):
        source.read_files("v99")


@pytest.mark.parametrize("reference", ["http://example.org/a", "#/definitions/Nothing"])
def test_a_reference_to_elsewhere_is_refused(reference: str) -> None:
    with pytest.raises(schemas.BadSource, match="not one of its own definitions"):
        source.inline_references({"properties": {"a": {"$ref": reference}}, "definitions": {}})


def test_a_reference_to_itself_is_refused() -> None:
    node = {"properties": {"next": {"$ref": "#/definitions/Node"}}}
    with pytest.raises(schemas.BadSource, match="refers to itself"):
        source.inline_references({"properties": {"a": {"$ref": "#/definitions/Node"}}, "definitions": {"Node": node}})


def test_loading_imports_neither_the_ocpp_library_nor_jsonschema() -> None:
    code = (
        "import sys, schemas; [schemas.load(version) for version in schemas.known_versions()]; "
        "print(sorted({'ocpp.v16', 'ocpp.v201', 'ocpp.charge_point', 'jsonschema'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
