"""What the form of a SUT file asks of a role, against all that the file can say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from harness.cli.ui.bench import form
from harness.edition import VERSIONS
from harness.sut.layout import schema
from harness.sut.model import PARTIES

BY_HAND = (
    *("pics_version", "product.sut", "oca_ref", "expected_failures", "settings.rows.", "questions"),
    *(f"{actor}.{part}" for actor in ("operator", "driver", "fixtures") for part in ("headers", "options")),
    *(f"{actor}.login.{part}" for actor in ("operator", "driver", "fixtures") for part in ("body", "form", "gives")),
    *(f"{actor}.login.{part}" for actor in ("operator", "driver", "fixtures") for part in ("headers", "query")),
    *("operator.actions", "driver.acts", "fixtures.stations.", "fixtures.tags."),
)
"""Tables of requests, and what a text editor writes better."""
OF_THE_OTHER = {
    "csms": (
        *("connection.listen", "driver.", "stations.", "keys.boot_retry_s", "keys.transaction_s", "product.firmware"),
        *("product.hardware", "performance.remote", "performance.trigger", "security.additional", "security.cert"),
        "security.cpo_name",
    ),
    "charge_point": (
        *("connection.url", "connection.health", "lanes.", "identities.", "operator.", "fixtures.", "endpoints."),
        *("background.", "boot.", "tags.concurrent", "performance.authorize"),
    ),
}


def keys(shape: Mapping[str, Any], document: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """The dotted keys of a table and of all tables in it, those of each kind too."""
    shape = {**document["$defs"][shape["$ref"].rpartition("/")[2]], **shape} if "$ref" in shape else shape
    shape = shape["items"] if shape.get("type") == "array" and "properties" in shape.get("items", {}) else shape
    kinds = [kind["then"] for kind in shape.get("allOf", ())]
    if shape.get("type") != "object" or not (kinds or shape.get("properties")):
        yield prefix
        return
    for name, part in shape.get("properties", {}).items():
        yield from keys(part, document, f"{prefix}.{name}" if prefix else name)
    for kind in kinds:
        yield from keys(kind, document, prefix)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("role", PARTIES)
def test_a_role_is_asked_all_that_no_text_editor_is_needed_for(role: str, version: str) -> None:
    document = schema(version)
    sections = form.made(role, version, {})["sections"]
    shown = {field["key"] for section in sections for field in section["fields"]}
    shown |= {f"{section['name']}.{column['key']}" for section in sections for column in section["columns"]}
    known = {
        key
        for key in keys({**document, "properties": dict(document["properties"])}, document)
        if not key.startswith(("features", "hardware", "limits"))  # their questions are those of the role anyway
    }

    assert [key for key in sorted(known - shown) if not key.startswith((*BY_HAND, *OF_THE_OTHER[role]))] == []
    assert [key for key in sorted(shown) if key.startswith(OF_THE_OTHER[role])] == []


def test_few_numbers_are_chosen_from_and_a_list_names_what_it_may_have() -> None:
    sections = form.made("csms", "1.6", {"endpoints": {"2": {"url": "wss://csms.example/ocpp"}}})["sections"]
    fields = {field["key"]: field for section in sections for field in section["fields"]}

    assert fields["connection.security_profile"]["choices"] == [0, 1, 2, 3]
    assert (fields["timeouts.message_s"]["kind"], fields["identities.connectors"]["kind"]) == ("number", "integer")
    assert (fields["security.profiles"]["of"], fields["security.profiles"]["choices"]) == ("integer", [1, 2, 3])
    assert fields["security.tls_versions"]["of"] == "string"
    assert fields["endpoints.2.url"]["value"] == "wss://csms.example/ocpp"
