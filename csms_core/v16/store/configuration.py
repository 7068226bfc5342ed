"""Configuration of the stations as their last GetConfiguration told it (OCPP 1.6 §5.8, §9).

The name of a key is a CiString: the case of its letters does not matter (OCPP 1.6 §2.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, select

from csms_core.store.database import dialect
from csms_core.v16.store.tables import configuration
from ocppj.rules import known as known_facts

SECRET = frozenset({"authorizationkey"})
"""Keys whose value is not kept, should a station tell it (CFG-08)."""


@dataclass(frozen=True, slots=True)
class Key:
    """A configuration key of a station. `value` None: the station told none."""

    key: str
    value: str | None
    readonly: bool
    received_at: str


def book(connection: Connection, identity: str, asked: list[str], answer: dict[str, Any], at: str) -> None:
    """Keep a GetConfiguration.conf. `asked` empty: the station was asked for all, so it has no others."""
    told_keys = answer.get("configurationKey", [])
    gone = configuration.c.identity == identity
    if asked:
        unknown = {key.lower() for key in answer.get("unknownKey", [])} & {key.lower() for key in asked}
        gone = gone & func.lower(configuration.c.key).in_(unknown | {told["key"].lower() for told in told_keys})
    connection.execute(delete(configuration).where(gone))
    for told in told_keys:
        value = None if told["key"].lower() in SECRET else told.get("value")
        values = {"identity": identity, "key": told["key"], "value": value, "readonly": told["readonly"]}
        dialect.upsert(connection, configuration, {**values, "received_at": at}, ("identity", "key"))


def known(connection: Connection, identity: str) -> list[Key]:
    """All that is known of a station, in alphabetical order."""
    ask = select(configuration).where(configuration.c.identity == identity).order_by(configuration.c.key)
    return [Key(row.key, row.value, row.readonly, row.received_at) for row in connection.execute(ask)]


def value(connection: Connection, identity: str, key: str) -> str | None:
    """The value of one key, None when the station has not told it."""
    same_key = func.lower(configuration.c.key) == key.lower()
    ask = select(configuration.c.value).where(configuration.c.identity == identity, same_key)
    found: str | None = connection.execute(ask).scalar()
    return found


def number(connection: Connection, identity: str, key: str) -> int | None:
    """The value of one key as a number, None when the station has not told it or told something else."""
    return known_facts.number(value(connection, identity, key))


def limit(connection: Connection, identity: str, key: str) -> int | None:
    """How many of something the station takes, None when it has not told, or what nobody can keep to."""
    return known_facts.limit(value(connection, identity, key))
