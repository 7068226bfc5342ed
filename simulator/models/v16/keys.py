"""The configuration keys of a model: other defaults, narrower ranges, read-only, and keys of the maker's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from simulator.kernel.errors import BadValue
from simulator.kernel.nearest import nearest
from simulator.models.sentences import suggestion, toml_value
from simulator.v16.core.configuration import Key

_DERIVED: Final = {
    "numberofconnectors": "it follows from the [[connector]] tables",
    "supportedfeatureprofiles": "it follows from profiles",
    "securityprofile": "it follows from the certificates and passwords a station is given",
    "authorizationkey": "a model is not secret; give the key to the station",
}
_COUNTED: Final = ("list", "string")  # kinds of keys whose `limit` is a length


def of(table: Mapping[str, Any], usual: Mapping[str, Key]) -> tuple[tuple[Key, ...], list[str]]:
    """The keys of `[configuration]`, beside the `usual` ones by name in lower case; and the mistakes, if any."""
    found: list[Key] = []
    mistakes: list[str] = []
    for name, said in table.items():
        wish = said if isinstance(said, dict) else {"default": said}
        try:
            found.append(_key(name, wish, usual))
        except BadValue as error:
            mistakes.append(f"configuration.{name}: {error}")
    return tuple(found), mistakes


def _key(name: str, wish: Mapping[str, Any], usual: Mapping[str, Key]) -> Key:
    """Raises `BadValue` with a sentence that lacks the name."""
    if name.lower() in _DERIVED:
        raise BadValue(f"{_DERIVED[name.lower()]}; remove it")
    key = usual.get(name.lower())
    if key is None:
        key = _own(name, wish, usual)
    elif "type" in wish:
        raise BadValue(f"the key is known and its type is {key.type}; remove type")
    _check_kind(key, wish)
    key = _narrowed(key, wish)
    if "reboot" in wish:
        key = replace(key, reboot=wish["reboot"])
    if "readonly" in wish:
        if key.access == "R" and not wish["readonly"]:
            raise BadValue("the standard has it read-only; remove readonly")
        key = replace(key, access="R" if wish["readonly"] else key.access)
    value = _text(wish["default"]) if "default" in wish else key.default
    try:
        return replace(key, default=key.normal(value))
    except BadValue as error:
        raise BadValue(f"{error}; correct the default") from None


def _own(name: str, wish: Mapping[str, Any], usual: Mapping[str, Key]) -> Key:
    if "type" not in wish or "default" not in wish:
        near = nearest(name, [key.name for key in usual.values()])
        hint = "" if near is None else f"did you mean {near}? "
        raise BadValue(f"no station has this key; {hint}A key of the maker's own has a type and a default")
    return Key(name, "RW", wish["type"], "", minimum=-(2**31), limit=500 if wish["type"] in _COUNTED else 2**31 - 1)


def _check_kind(key: Key, wish: Mapping[str, Any]) -> None:
    if key.type != "integer" and "minimum" in wish:
        raise BadValue(f"minimum is for a whole number, and this is a {key.type}; remove it")
    if key.type == "boolean" and "maximum" in wish:
        raise BadValue("maximum is not for true or false; remove it")
    if key.type != "list" and "values" in wish:
        raise BadValue(f"values is for a list, and this is a {key.type}; remove it")


def _narrowed(key: Key, wish: Mapping[str, Any]) -> Key:
    """A range may be narrower than that of the simulator, never wider: it could not do what the model promises."""
    least, most = wish.get("minimum", key.minimum), wish.get("maximum", key.limit)
    if least < key.minimum:
        raise BadValue(f"minimum is {key.minimum} at the least, not {least}")
    if most > key.limit:
        raise BadValue(f"maximum is {key.limit} at the most, not {most}")
    if key.type == "integer" and least > most:
        raise BadValue(f"minimum {least} is above maximum {most}; swap them")
    allowed = key.allowed
    if "values" in wish:
        unknown = [] if allowed is None else [one for one in wish["values"] if one not in allowed]
        if allowed is not None and unknown:
            raise BadValue(f"values: {toml_value(unknown[0])} is not known; {suggestion(unknown[0], allowed)}")
        allowed = frozenset(wish["values"])
    return replace(key, minimum=least, limit=most, allowed=allowed)


def _text(value: str | int | bool | list[str]) -> str:
    """A value as on the wire."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(value) if isinstance(value, list) else str(value)
