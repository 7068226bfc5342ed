"""One OCPP version's schemas, ready to judge: `load("1.6").call["Authorize"](payload)`; OCPP 1.6 chapters 6 and 7.

jsonschema-rs decides, on every frame; jsonschema explains, only what was refused (see `diagnosis`). All schemas of a
version are compiled at once, which takes two milliseconds; jsonschema, whose import takes fifty, waits for the first
diagnosis.
"""

from __future__ import annotations

import copy
import hashlib
import json
import tomllib
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from importlib import resources
from typing import TYPE_CHECKING, Any

import jsonschema_rs
import msgspec

from schemas import errata, source
from schemas.model import ActionInfo, BadSource, Kind, UnknownAction, UnknownVersion, Violation

if TYPE_CHECKING:
    from schemas.diagnosis import Diagnoser

Check = Callable[[Any], bool]


class _Version(msgspec.Struct, frozen=True):
    folder: str
    subprotocol: str


class _Senders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The actions of one feature profile, by who sends the CALL."""

    station: tuple[str, ...] = ()
    csms: tuple[str, ...] = ()
    both: tuple[str, ...] = ()


_VERSIONS: Mapping[str, _Version] = {"1.6": _Version("v16", "ocpp1.6")}


class SchemaSet:
    """The schemas of one version as applied, errata included.

    `call` and `result` map an action to its check: `set.call["Authorize"](payload)` is True when the payload of the
    CALL is accepted, `set.result[...]` judges the answer's. A check is for what a strict JSON parser gives (orjson,
    msgspec): on lone surrogates, member names that are no strings and objects of Python it may raise ValueError.
    """

    def __init__(
        self, version: str, subprotocol: str, actions: Mapping[str, ActionInfo], files: Mapping[str, dict[str, Any]]
    ) -> None:
        self.version = version
        self.subprotocol = subprotocol
        self.actions = actions
        self._schemas: dict[tuple[str, Kind], dict[str, Any]] = {}
        for action in actions:
            self._schemas[action, "call"] = source.inline_references(files[f"{action}.json"])
            self._schemas[action, "result"] = source.inline_references(files[f"{action}Response.json"])
        self.digest = _digest(self._schemas)
        self.call: Mapping[str, Check] = {action: _check(self._schemas[action, "call"]) for action in actions}
        self.result: Mapping[str, Check] = {action: _check(self._schemas[action, "result"]) for action in actions}

    @cached_property
    def source(self) -> str:
        """Distribution and version the files come from, such as `ocpp 2.1.0`."""
        return source.source_name()

    def diagnose(self, action: str, kind: Kind, payload: Any) -> tuple[Violation, ...]:
        """Why the payload is refused, one entry per reason, in the order of the paths; () when it is accepted.

        Raises UnknownAction.
        """
        schema = self._schema(action, kind)
        check = (self.call if kind == "call" else self.result)[action]
        return self._diagnoser.violations(schema, payload, check)

    def schema(self, action: str, kind: Kind) -> dict[str, Any]:
        """A copy of the schema as applied, free of references, draft 4. Raises UnknownAction."""
        return copy.deepcopy(self._schema(action, kind))

    def _schema(self, action: str, kind: Kind) -> dict[str, Any]:
        try:
            return self._schemas[action, kind]
        except KeyError:
            raise UnknownAction(f"OCPP {self.version} has no action {action!r} with a {kind}.") from None

    @cached_property
    def _diagnoser(self) -> Diagnoser:
        from schemas.diagnosis import Diagnoser

        return Diagnoser()


def load(version: str = "1.6") -> SchemaSet:
    """The schemas of an OCPP version, loaded once per process.

    Raises UnknownVersion; BadSource when the `ocpp` distribution is missing or has other files than expected;
    BadErratum when a correction no longer fits its file.
    """
    if version not in _VERSIONS:
        raise UnknownVersion(f"There are no schemas for OCPP {version!r}: use {', '.join(_VERSIONS)}.")
    return _load(version)


@cache
def _load(version: str) -> SchemaSet:
    known = _VERSIONS[version]
    own = resources.files("schemas") / known.folder
    actions = _actions((own / "actions.toml").read_bytes())
    files = source.read_files(known.folder)
    _expect_files(actions, files)
    corrected = errata.apply(files, errata.parse((own / "errata.toml").read_bytes()).deviation)
    return SchemaSet(version, known.subprotocol, actions, corrected)


def _actions(text: bytes) -> dict[str, ActionInfo]:
    found: dict[str, ActionInfo] = {}
    for profile, senders in msgspec.convert(tomllib.loads(text.decode()), dict[str, _Senders]).items():
        found |= {name: ActionInfo(name, "station", profile) for name in senders.station}
        found |= {name: ActionInfo(name, "csms", profile) for name in senders.csms}
        found |= {name: ActionInfo(name, "both", profile) for name in senders.both}
    return dict(sorted(found.items()))


def _expect_files(actions: Mapping[str, ActionInfo], files: Mapping[str, Any]) -> None:
    expected = {name for action in actions for name in (f"{action}.json", f"{action}Response.json")}
    if odd := sorted(expected ^ files.keys()):
        raise BadSource(
            f"The files of {source.source_name()} and actions.toml differ in {', '.join(odd)}: use the pinned version."
        )


def _check(schema: dict[str, Any]) -> Check:
    is_valid: Check = jsonschema_rs.Draft4Validator(schema, validate_formats=True).is_valid
    return is_valid


def _digest(schemas: Mapping[tuple[str, Kind], dict[str, Any]]) -> str:
    """SHA-256 over all schemas; the order of members and of files does not matter."""
    listing = {f"{action} {kind}": schema for (action, kind), schema in schemas.items()}
    return hashlib.sha256(json.dumps(listing, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
