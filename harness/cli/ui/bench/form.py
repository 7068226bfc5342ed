"""The form of a SUT file, made from its JSON Schema: what a role is asked, what an answer may be, what it is now."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from harness.edition import VERSIONS, edition
from harness.sut.layout import schema

OF_ROLE: Final[Mapping[str, tuple[str, ...]]] = {
    "csms": ("product", "connection", "lanes", "identities", "tags", "operator", "profiles", "features", "security"),
    "charge_point": (
        *("product", "connection", "stations", "tags", "driver", "profiles", "features", "hardware", "security"),
        *("limits", "questions"),
    ),
}
"""Role -> the tables that come first, in this order; those behind are folded away."""
BEHIND: Final[Mapping[str, tuple[str, ...]]] = {
    "csms": (
        *("fixtures", "endpoints", "tls", "timeouts", "keys", "smart", "files", "run", "performance", "boot"),
        *("background", "settings", "people"),
    ),
    "charge_point": ("tls", "timeouts", "keys", "smart", "files", "run", "performance", "settings", "people"),
}
ROWS: Final[Mapping[str, str]] = {"lanes": "identity", "stations": "identity"}
"""Tables of tables that the form shows as rows."""
_OTHER_SIDE: Final[Mapping[str, frozenset[str]]] = {
    "csms": frozenset(
        {
            *("connection.listen", "keys.transaction_s", "keys.boot_retry_s"),
            *("product.hardware_version", "product.firmware_version", "performance.triggered_function"),
            *("performance.remote_start_authorization", "performance.remote_stop_end", "security.cpo_name"),
            *("security.certificate_signed_max_chain_size", "security.certificate_store_max_length"),
            "security.additional_root_certificate_check",
        }
    ),
    "charge_point": frozenset(
        {"connection.url", "connection.health", "tags.concurrent", "performance.authorize_response"}
    ),
}
"""Role -> keys that say nothing of it."""
_NOT_ASKED: Final = frozenset({"product.sut", "product.title"})
_ASKED_BY_ROLE: Final = ("product", "profiles", "features", "hardware", "limits", "security", "performance")
MOST_CHOICES: Final = 5
"""A whole number with no more values than these is chosen from them."""
TITLES: Final[Mapping[str, str]] = {
    "product": "Product",
    "connection": "Connection",
    "lanes": "Station identities",
    "stations": "Stations",
    "identities": "Identities by a pattern",
    "tags": "Tags",
    "operator": "Who acts on the back office",
    "driver": "Who acts at the station",
    "profiles": "Feature profiles",
    "features": "Functions of the product",
    "hardware": "Hardware",
    "limits": "Limits",
    "security": "Security",
    "timeouts": "Times to wait",
    "keys": "Seconds in messages",
    "smart": "Smart charging",
    "files": "Files",
    "run": "The run",
    "performance": "Declared performance",
    "boot": "How a simulated station introduces itself",
    "tls": "Certificates",
    "questions": "Additional questions",
    "fixtures": "Who makes stations and tags known",
    "endpoints": "Endpoints of the other security profiles",
    "background": "Stations of a background load",
    "settings": "Limits and settings for the form of a laboratory",
    "people": "Who signs",
}


def made(role: str, version: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """The sections of the form with the values of a document; `unseen`: what it has beside, which stays."""
    document = schema(version)
    asked = edition(version).claims.asked(role)
    sections = [
        section
        for number, name in enumerate((*OF_ROLE[role], *BEHIND[role]))
        if (section := _section(name, document, role, asked, values, first=number < len(OF_ROLE[role])))
    ]
    shown = {field["key"] for section in sections for field in section["fields"]} | {
        f"{section['name']}.{field['key']}" for section in sections for field in section["columns"]
    }
    unseen = [key for key in _dotted(values, "") if key not in shown]
    return {"sections": sections, "unseen": sorted({*unseen} - {"product.sut"})}


def keys_of(text: str) -> list[str]:
    """The dotted keys of a text in TOML, those of its tables too; none when it is no TOML. And those of the form."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return []
    named = values.get("product", {})
    role = str(named.get("sut")) if isinstance(named, dict) else ""
    if role not in OF_ROLE:
        return [*_dotted(values, "")]
    sections = made(role, version_of(values), values)["sections"]
    return [*_dotted(values, ""), *(field["key"] for section in sections for field in section["fields"])]


def version_of(values: Mapping[str, Any]) -> str:
    """The version of OCPP that a document is about, as far as that can be known."""
    named = values.get("connection", {})
    found = named.get("ocpp") if isinstance(named, dict) else None
    return found if found in VERSIONS else VERSIONS[0]


def _section(
    name: str,
    document: Mapping[str, Any],
    role: str,
    asked: Mapping[str, Any],
    values: Mapping[str, Any],
    *,
    first: bool,
) -> dict[str, Any] | None:
    shape = document["properties"].get(name)
    if shape is None:
        return None
    now = values.get(name)
    section = {"name": name, "title": TITLES[name], "description": shape.get("description", ""), "first": first}
    if name in ROWS:
        columns = [*_fields(shape["items"], document, "", {})]
        rows = [_row(columns, row) for row in now or [] if isinstance(row, dict)] if isinstance(now, list) else []
        return {**section, "fields": [], "columns": columns, "rows": rows}
    if name == "features":
        shape = {**shape, "properties": {}}
    is_asked = name in _ASKED_BY_ROLE and any(key.startswith(f"{name}.") for key in asked)
    found = [
        field
        for field in (*_asked(name, asked, values), *_fields(shape, document, name, values))
        if field["key"] not in _OTHER_SIDE[role] | _NOT_ASKED and (not is_asked or field["key"] in asked)
    ]
    fields = list({field["key"]: field for field in found}.values())
    return {**section, "fields": fields, "columns": [], "rows": []} if fields else None


def _asked(name: str, asked: Mapping[str, Any], values: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The questions of a table that a role is asked."""
    for key, shape in asked.items():
        if key.startswith(f"{name}.") and (field := _field(key, shape, _at(values, key))):
            yield field


def _fields(
    shape: Mapping[str, Any], document: Mapping[str, Any], prefix: str, values: Mapping[str, Any], only: str = ""
) -> Iterator[dict[str, Any]]:
    """The simple keys of a table and of the tables in it; of a table that has kinds, those of each kind."""
    for key, part in shape.get("properties", {}).items():
        dotted = f"{prefix}.{key}" if prefix else key
        part = {**document["$defs"][part["$ref"].rpartition("/")[2]], **part} if "$ref" in part else part
        if part.get("type") == "object" and "properties" in part:
            yield from _fields(part, document, dotted, values, only)
        elif field := _field(dotted, part, _at(values, dotted), required=key in shape.get("required", ()), only=only):
            yield field
    for kind in shape.get("allOf", ()):
        chosen = kind["if"]["properties"]["kind"]["const"]
        of_kind = document["$defs"][kind["then"]["$ref"].rpartition("/")[2]]
        properties = {key: part for key, part in of_kind.get("properties", {}).items() if key != "kind"}
        yield from _fields({**of_kind, "properties": properties}, document, prefix, values, chosen)


def _field(
    key: str, shape: Mapping[str, Any], value: Any, *, required: bool = False, only: str = ""
) -> dict[str, Any] | None:
    """One field; None for a value that only a text editor can show."""
    how = _how(shape)
    if how is None:
        return None
    is_secret = shape.get("format") == "password"
    kept = is_secret and isinstance(value, str) and not value.startswith("${")
    examples = shape.get("examples") or [None]
    return {
        "key": key,
        **how,
        "description": shape.get("description", ""),
        "example": None if how["kind"] == "yes" else examples[0],
        "required": required,
        "only": only,
        "secret": is_secret,
        "kept": kept,
        "value": None if kept or isinstance(value, dict) else value,
    }


def _how(shape: Mapping[str, Any]) -> dict[str, Any] | None:
    kind = shape.get("type")
    if "enum" in shape:
        return {"kind": "choice", "choices": shape["enum"]}
    if kind == "boolean":
        return {"kind": "yes"}
    least, most = shape.get("minimum", 0), shape.get("maximum")
    if kind == "integer" and most is not None and most - least < MOST_CHOICES:
        return {"kind": "choice", "choices": [*range(least, most + 1)]}
    if kind in ("integer", "number"):
        return {"kind": kind}
    if kind == "string" or (isinstance(kind, list) and "string" in kind) or "anyOf" in shape:
        return {"kind": "text"}
    if kind == "array":
        items = shape.get("items", {})
        choices = items.get("enum", [])
        of = items.get("type") or ("integer" if choices and isinstance(choices[0], int) else "string")
        return {"kind": "list", "of": of, "choices": choices} if of in ("string", "integer", "number") else None
    return None


def _row(columns: list[dict[str, Any]], row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row; of a secret, only that there is one."""
    hidden = {column["key"] for column in columns if column["secret"]}
    plain = {key: value for key, value in row.items() if key not in hidden and not isinstance(value, dict)}
    shown = {key: value for key, value in row.items() if key in hidden and str(value).startswith("${")}
    return {**plain, **shown, "kept": sorted(key for key in row if key in hidden and key not in shown)}


def _at(values: Mapping[str, Any], dotted: str) -> Any:
    found: Any = values
    for part in dotted.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _dotted(values: Mapping[str, Any], prefix: str) -> Iterator[str]:
    for key, value in values.items():
        dotted = f"{prefix}.{key}" if prefix else key
        if isinstance(value, dict):
            yield from _dotted(value, dotted)
        elif isinstance(value, list) and value and all(isinstance(each, dict) for each in value):
            yield from {f"{dotted}.{inner}" for each in value for inner in _dotted(each, "")}
        else:
            yield dotted
