"""What real stations do wrong and `--lenient` lets pass: each is mended before it is judged, and noted as a finding.

Without it none of this is in the way of a message. With it a message that is right goes through untouched, and one that
would still be wrong afterwards is answered as always. `csms_core.gateway.gate` asks here; the handlers do not know.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import msgspec

from csms_core.auth.findings import Finding
from ocppj import frames
from ocppj.evidence.outside import shown
from ocppj.frames import Call, CallResult
from ocppj.times import moment
from schemas import SchemaSet

MAX_OPEN: Final = 64
"""CALLs of the CSMS whose answers are known for what they are."""

LONGEST_NAME: Final = 60
"""Characters of a name of the station that a finding repeats."""

_NO_ZONE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?")
_INTEGER = re.compile(r"-?\d{1,18}")
_NUMBER = re.compile(r"-?\d{1,18}(\.\d{1,18})?")


def segment(path: str, base: str) -> tuple[str, Finding | None]:
    """The part of a path that spells the identity: what follows `base`, or else its last part."""
    bare = path.rstrip("/")
    rest = bare.removeprefix(base)
    found = rest.rpartition("/")[2]
    if path == base + found:
        return found, None
    return found, Finding("path", f"It connects at {shown(path, longest=LONGEST_NAME)}, not at {base}<identity>.")


class Mender:
    """Mends the messages of one connection; `note` is told of each finding."""

    def __init__(self, schemas: SchemaSet, note: Callable[[Finding], None]) -> None:
        self._schemas = schemas
        self._note = note
        self._asked: OrderedDict[str, str] = OrderedDict()  # id -> action of the CALLs of the CSMS

    def sent(self, text: str) -> None:
        """The CSMS sends a text."""
        frame = frames.parse(text)
        if isinstance(frame, Call):
            self._asked[frame.id] = frame.action
            if len(self._asked) > MAX_OPEN:
                self._asked.popitem(last=False)

    def mended(self, text: str) -> str:
        """A text of the station as it should be; itself when it is right, or wrong in another way."""
        frame = frames.parse(text)
        if isinstance(frame, Call):
            action, check = frame.action, self._schemas.call.get(frame.action)
        elif isinstance(frame, CallResult):
            action = self._asked.pop(frame.id, "")
            check = self._schemas.result.get(action)
        else:
            return text
        payload: Any = {} if frame.payload is None else frame.payload
        if check is None or check(payload):
            return text
        is_call = isinstance(frame, Call)
        findings: list[Finding] = []
        better = _mended(_schema(self._schemas, action, is_call), payload, action, findings)
        if not check(better):
            return text
        for finding in findings:
            self._note(finding)
        again = frames.call(frame.id, action, better) if is_call else frames.result(frame.id, better)
        return again.raw


@cache
def _schema(schemas: SchemaSet, action: str, is_call: bool) -> Mapping[str, Any]:
    return schemas.schema(action, "call" if is_call else "result")


def _mended(schema: Mapping[str, Any], value: Any, where: str, findings: list[Finding]) -> Any:
    """The value with what can be mended, which may still be wrong."""
    if isinstance(value, dict) and "properties" in schema:
        return dict(_members(schema, value, where, findings))
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_mended(schema["items"], item, where, findings) for item in value]
    kind = schema.get("type")
    if isinstance(value, str):
        if schema.get("format") == "date-time" and _NO_ZONE.fullmatch(value):
            better = f"{value[:10]}T{value[11:]}Z"
            if _names_a_moment(better):
                findings.append(Finding("date-time", f"{where}: a dateTime without a zone is taken for UTC."))
                return better
        if (kind == "integer" and _INTEGER.fullmatch(value)) or (kind == "number" and _NUMBER.fullmatch(value)):
            findings.append(Finding("number", f"{where}: a number is written as a text."))
            return msgspec.json.decode(_plain(value))
    elif kind == "string" and type(value) in (int, float):
        findings.append(Finding("number", f"{where}: a text is written as a number."))
        return msgspec.json.encode(value).decode()
    return value


def _members(
    schema: Mapping[str, Any], value: Mapping[str, Any], where: str, findings: list[Finding]
) -> Iterator[tuple[str, Any]]:
    known = schema["properties"]
    for name, member in value.items():
        if name in known:
            yield name, _mended(known[name], member, f"{where}.{name}", findings)
        elif schema.get("additionalProperties", True) is False:
            finding = (
                f"{where}: the member {shown(name, longest=LONGEST_NAME)} is left out; there is none of that name."
            )
            findings.append(Finding("member", finding))
        else:
            yield name, member


def _plain(number: str) -> str:
    """A number as JSON writes it, which knows no zeros in front."""
    sign = "-" if number.startswith("-") else ""
    digits = number.removeprefix("-").lstrip("0")
    return sign + (digits if digits[:1].isdigit() else f"0{digits}")


def _names_a_moment(text: str) -> bool:
    try:
        moment(text)
    except (ValueError, OverflowError):
        return False
    return True
