"""An HTTP request and its answer as text for a reader: as they were, with secrets masked and with a bound."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import msgspec

from harness.adapters.web.requests import FORM, HttpRequest
from harness.sut.secret import MASK
from ocppj.evidence.masking import mask

SHOWN: Final = 16_384
"""Characters of a body that are shown; what is longer is cut, and says so."""
_SECRET: Final = re.compile(r"auth|cookie|key|password|secret|token", re.IGNORECASE)


class Answer(msgspec.Struct, frozen=True):
    """What came back. `cut`: there was more of the body than is read."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    cut: bool
    seconds: float

    @property
    def content_type(self) -> str:
        """The media type in lower case, without parameters."""
        told = next((value for name, value in self.headers if name.lower() == "content-type"), "")
        return told.partition(";")[0].strip().lower()


def request_text(request: HttpRequest, hide: Callable[[str], str], *, private: bool = False) -> str:
    """A request as it goes out; `hide` masks secrets. `private`: it logs in, so that no value is shown."""
    url = without_userinfo(request.url)
    kind = request.headers.get("Content-Type", "")
    lines = [f"{request.method} {_without_values(url) if private else url}", *_headers(request.headers.items())]
    return _whole(lines, _body(request.body, kind, private), hide)


def answer_text(answer: Answer, hide: Callable[[str], str], *, private: bool = False) -> str:
    """An answer as it came. `private`: it holds what logs in, so that no text of it is shown."""
    first = f"{answer.status} {answer.reason}".rstrip() + f" after {answer.seconds * 1000:.0f} ms"
    body = _body(answer.body, answer.content_type, private) or "(no body)"
    return _whole([first, *_headers(answer.headers)], body, hide, cut=answer.cut)


def bounded(text: str) -> str:
    """A text without secrets, as much of it as is shown."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}\n(cut here; {len(text):,} characters came)"


def without_userinfo(url: str) -> str:
    """An address without user name and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _headers(headers: Iterable[tuple[str, str]]) -> list[str]:
    return [f"{name}: {MASK if _SECRET.search(name) else value}" for name, value in headers]


def _without_values(url: str) -> str:
    parts = urlsplit(url)
    names = [(name, MASK) for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    return urlunsplit(parts._replace(query=urlencode(names, safe="*")))


def _body(body: bytes, kind: str, private: bool) -> str:
    text = body.decode("utf-8", "replace")
    if not private or not text:
        return text
    if kind == FORM:
        return urlencode([(name, MASK) for name, _ in parse_qsl(text, keep_blank_values=True)], safe="*")
    try:
        return json.dumps(_masked(json.loads(text)), ensure_ascii=False, separators=(",", ":"))
    except (ValueError, RecursionError):
        return f"({len(body)} octets that are not shown, because this logs in)"


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _masked(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_masked(part) for part in value]
    return MASK if isinstance(value, str) else value


def _whole(lines: list[str], body: str, hide: Callable[[str], str], *, cut: bool = False) -> str:
    head = hide(mask("\n".join(lines)))
    if not body:
        return head
    shown = hide(mask(body))  # before it is cut, so that no half of a secret is left
    told = bounded(shown)
    return f"{head}\n\n{told}" + ("\n(more came and was not read)" if cut else "")
