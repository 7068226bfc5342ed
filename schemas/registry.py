"""One OCPP version's schemas, ready to judge: `load("1.6").call["Authorize"](payload)`.

jsonschema-rs decides, on every frame; jsonschema explains, only what was refused (see `diagnosis`). All schemas of a
version are compiled at once, which takes some milliseconds; jsonschema, whose import takes fifty, waits for the first
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

import msgspec

from schemas import errata, source
from schemas.dialects import check_of
from schemas.model import ActionInfo, BadSource, Kind, UnknownAction, Violation
from schemas.versions import files_of

if TYPE_CHECKING:
    from schemas.diagnosis import Diagnoser

Check = Callable[[Any], bool]


class _Senders(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The actions of one feature profile or functional block, by who sends the CALL."""

    station: tuple[str, ...] = ()
    csms: tuple[str, ...] = ()
    both: tuple[str, ...] = ()


class SchemaSet:
    """The schemas of one version as applied, errata included.

    `call` and `result` map an action to its check: `set.call["Authorize"](payload)` is True when the payload of the
    CALL is accepted, `set.result[...]` judges the answer's. A check is for what a strict JSON parser gives (orjson,
    msgspec): on lone surrogates, member names that are no strings and objects of Python it may raise ValueError.
    """

    def __init__(self, version: str, actions: Mapping[str, ActionInfo], files: Mapping[str, dict[str, Any]]) -> None:
        self.version = version
        call = files_of(version).call
        self.actions = actions
        self._schemas: dict[tuple[str, Kind], dict[str, Any]] = {}
        for action in actions:
            self._schemas[action, "call"] = source.inline_references(files[f"{action}{call}"])
            self._schemas[action, "result"] = source.inline_references(files[f"{action}Response.json"])
        self.digest = _digest(self._schemas)
        self.call: Mapping[str, Check] = {action: check_of(self._schemas[action, "call"]) for action in actions}
        self.result: Mapping[str, Check] = {action: check_of(self._schemas[action, "result"]) for action in actions}

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
        """A copy of the schema as applied, free of references. Raises UnknownAction."""
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


@cache
def load(version: str) -> SchemaSet:
    """The schemas of an OCPP version, loaded once per process.

    Raises UnknownVersion; BadSource when the `ocpp` distribution is missing or has other files than expected;
    BadErratum when a correction no longer fits its file.
    """
    of_version = files_of(version)
    own = resources.files("schemas") / of_version.folder
    actions = actions_of(version)
    files = source.read_files(of_version.folder)
    _expect_files(actions, files, of_version.call)
    corrected = errata.apply(files, errata.parse((own / "errata.toml").read_bytes()).deviation)
    return SchemaSet(version, actions, corrected)


@cache
def actions_of(version: str) -> Mapping[str, ActionInfo]:
    """The actions of a version, for who needs no schema: those take twenty times as long. Raises UnknownVersion."""
    text = (resources.files("schemas") / files_of(version).folder / "actions.toml").read_text(encoding="utf-8")
    found: dict[str, ActionInfo] = {}
    for profile, senders in msgspec.convert(tomllib.loads(text), dict[str, _Senders]).items():
        found |= {name: ActionInfo(name, "station", profile) for name in senders.station}
        found |= {name: ActionInfo(name, "csms", profile) for name in senders.csms}
        found |= {name: ActionInfo(name, "both", profile) for name in senders.both}
    return dict(sorted(found.items()))


def _expect_files(actions: Mapping[str, ActionInfo], files: Mapping[str, Any], call: str) -> None:
    expected = {name for action in actions for name in (f"{action}{call}", f"{action}Response.json")}
    if odd := sorted(expected ^ files.keys()):
        raise BadSource(
            f"The files of {source.source_name()} and actions.toml differ in {', '.join(odd)}: use the pinned version."
        )


def _digest(schemas: Mapping[tuple[str, Kind], dict[str, Any]]) -> str:
    """SHA-256 over all schemas; the order of members and of files does not matter."""
    listing = {f"{action} {kind}": schema for (action, kind), schema in schemas.items()}
    return hashlib.sha256(json.dumps(listing, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
