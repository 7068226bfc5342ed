"""What an arrow of a sequence says: the message and, on one line, the members that matter."""

from collections.abc import MutableMapping
from typing import Any, Final

import msgspec

MAX_DETAIL: Final = 120
_TELLING: Final = ("authorization", "sec-websocket-protocol", "www-authenticate")
"""Headers of an opening handshake that are shown; the trace has them all."""


def label(kind: str, text: str, actions: MutableMapping[str, str]) -> tuple[str, str]:
    """``(label, detail)`` of one entry of a trace.

    ``actions`` maps the ids of the CALLs so far to their actions, so that an answer is named after its CALL; a CALL is
    added to it.
    """
    if kind == "frame":
        return _frame(text, actions)
    if kind == "handshake":
        return _handshake(text)
    if kind == "operator":
        return _told(text)
    return text, ""


def _frame(text: str, actions: MutableMapping[str, str]) -> tuple[str, str]:
    try:
        frame = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        frame = None
    match frame:
        case [int(2), str(id), str(action), payload]:
            actions[id] = action
            return action, _brief(payload)
        case [int(3), str(id), payload]:
            return (f"{actions[id]}.conf" if id in actions else f"CALLRESULT {id}"), _brief(payload)
        case [int(4), str(), str(code), description, _]:
            return f"CALLERROR {code}", _brief({"description": description} if description else {})
    return "no OCPP-J message", text[:MAX_DETAIL]


def _handshake(text: str) -> tuple[str, str]:
    """What a message of a handshake is (``HTTP 401 Unauthorized``), and what else it tells."""
    first, *rest = text.split("\n")
    if "HTTP/1.1" not in first:
        return first, "; ".join(rest)
    name, bracket, said = first.removesuffix(" HTTP/1.1").replace("HTTP/1.1 ", "HTTP ").partition(" (")
    telling = [line for line in rest if line.partition(":")[0].lower() in _TELLING]
    return name, "; ".join([*([said.removesuffix(")")] if bracket else []), *telling])


def _told(text: str) -> tuple[str, str]:
    """What somebody did, and of what was said with it (after an empty line) the beginning."""
    head, _, body = text.partition("\n\n")
    said = " ".join(body[: 4 * MAX_DETAIL].split())
    return head.partition("\n")[0], said if len(said) <= MAX_DETAIL else said[: MAX_DETAIL - 1] + "…"


def _brief(payload: Any) -> str:
    """The members of a payload on one line, inner objects by their path."""
    parts: list[str] = []
    _flatten(payload, "", parts)
    text = " ".join(parts)
    return text if len(text) <= MAX_DETAIL else text[: MAX_DETAIL - 1] + "…"


def _flatten(value: Any, path: str, parts: list[str]) -> None:
    if isinstance(value, dict) and (value or path):
        for name, member in value.items():
            _flatten(member, f"{path}.{name}" if path else name, parts)
    elif path or isinstance(value, list):
        parts.append(f"{path or 'payload'}={_shown(value)}")
    elif value is not None and value != {}:
        parts.append(_json(value))


def _shown(value: Any) -> str:
    """A value as people write it: a text without quotes unless it would be misread without them."""
    if isinstance(value, str) and value and value == value.strip() and '"' not in value:
        return value
    return _json(value)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
