"""The device model of the stations, as their reports and answers told it (B05 to B08).

Names and instances of components and variables are compared without regard to case (ComponentType, VariableType).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, select

from csms_core.store import codec
from csms_core.store.database import dialect
from csms_core.v201.store.tables import variables

SECRET: Final = frozenset({"basicauthpassword"})
"""Variables whose value is not kept, should a station tell it, or be told it (A01)."""

ACTUAL: Final = "Actual"
"""The attribute that is meant where none is named (VariableAttributeType)."""

MOST: Final = 20_000
"""Attributes kept of one station."""

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with its attributes as in a report, and when the newest of them was told."""

    component: Json
    variable: Json
    attributes: list[Json]
    characteristics: Json | None
    received_at: str


def key(component: Json, variable: Json) -> str:
    """What two variables have in common only when they are one."""
    evse = component.get("evse", {})
    return codec.fingerprint(
        *(part.get(name, "").lower() for part in (component, variable) for name in ("name", "instance")),
        *(evse.get(name) for name in ("id", "connectorId")),
    )


def book_report(connection: Connection, identity: str, data: list[Json], at: str) -> bool:
    """Keep a part of a report; False, and nothing kept, when there is no room for it."""
    if _count(connection, identity) + sum(len(each["variableAttribute"]) for each in data) > MOST and not _all_known(
        connection, identity, data
    ):
        return False
    for each in data:
        characteristics = each.get("variableCharacteristics")
        for attribute in each["variableAttribute"]:
            put(
                connection,
                identity,
                each["component"],
                each["variable"],
                attribute.get("type", ACTUAL),
                at,
                value=attribute.get("value"),
                mutability=attribute.get("mutability", "ReadWrite"),
                persistent=attribute.get("persistent", False),
                constant=attribute.get("constant", False),
                characteristics=None if characteristics is None else codec.to_text(characteristics),
            )
    return True


def put(
    connection: Connection, identity: str, component: Json, variable: Json, attribute: str, at: str, **told: Any
) -> None:
    """Keep what was told of an attribute; what was not told stays."""
    if variable["name"].lower() in SECRET:
        told = {**told, "value": None}
    values = {
        "identity": identity,
        "key": key(component, variable),
        "attribute": attribute,
        "component_name": component["name"],
        "variable_name": variable["name"],
        "component": codec.to_text(component),
        "variable": codec.to_text(variable),
        "received_at": at,
        **told,
    }
    dialect.upsert(connection, variables, values, ("identity", "key", "attribute"))


def forget(
    connection: Connection, identity: str, component: Json, variable: Json, attribute: str | None = None
) -> None:
    """The station does not have this variable, or not this attribute of it."""
    gone = [variables.c.identity == identity, variables.c.key == key(component, variable)]
    if attribute is not None:
        gone.append(variables.c.attribute == attribute)
    connection.execute(delete(variables).where(*gone))


def listing(
    connection: Connection, identity: str, *, component: str | None = None, variable: str | None = None
) -> list[Variable]:
    """What is known of a station, in alphabetical order; of components and variables of a name, when it is given."""
    ask = select(variables).where(variables.c.identity == identity)
    for column, name in ((variables.c.component_name, component), (variables.c.variable_name, variable)):
        if name is not None:
            ask = ask.where(func.lower(column) == name.lower())
    ordered = ask.order_by(
        variables.c.component_name,
        variables.c.component,
        variables.c.variable_name,
        variables.c.variable,
        variables.c.key,
        variables.c.attribute,
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(ordered):
        found.setdefault(row.key, []).append(row)
    return [_variable(rows) for rows in found.values()]


def number(
    connection: Connection, identity: str, component: str, variable: str, instance: str | None = None
) -> int | None:
    """The actual value of a variable as an integer, None when the station has not told it or told something else."""
    named = {"name": variable} if instance is None else {"name": variable, "instance": instance}
    ask = select(variables.c.value).where(
        variables.c.identity == identity,
        variables.c.key == key({"name": component}, named),
        variables.c.attribute == ACTUAL,
    )
    told = connection.execute(ask).scalar()
    try:
        return None if told is None else int(told)
    except ValueError:
        return None


def _count(connection: Connection, identity: str) -> int:
    ask = select(func.count()).select_from(variables).where(variables.c.identity == identity)
    return connection.execute(ask).scalar_one()


def _all_known(connection: Connection, identity: str, data: list[Json]) -> bool:
    known = set(connection.execute(select(variables.c.key).where(variables.c.identity == identity)).scalars())
    return all(key(each["component"], each["variable"]) in known for each in data)


def _variable(rows: list[Row[Any]]) -> Variable:
    first = rows[0]
    told: list[Mapping[str, Any]] = [
        {
            "type": row.attribute,
            "value": row.value,
            "mutability": row.mutability,
            "persistent": row.persistent,
            "constant": row.constant,
        }
        for row in rows
    ]
    attributes = [{name: value for name, value in each.items() if value is not None} for each in told]
    return Variable(
        codec.from_text(first.component),
        codec.from_text(first.variable),
        attributes,
        codec.from_text(first.characteristics),
        max(row.received_at for row in rows),
    )
