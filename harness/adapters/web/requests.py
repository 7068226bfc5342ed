"""From a template of the SUT file to an HTTP request; what sends it and what shows it beforehand share it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec

from harness.sut import RestAction, RestLogin, Secret
from harness.sut.template_placeholders import as_text
from harness.sut.templates import Scope, render, render_path, render_text

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"


class HttpRequest(msgspec.Struct, frozen=True):
    """One request as it goes out; `url` is complete."""

    method: str
    url: str
    headers: dict[str, str] = {}
    body: bytes = b""


def request(
    base_url: str, headers: Mapping[str, Secret], template: RestAction | RestLogin, scope: Scope
) -> HttpRequest:
    """Fill in a template; `headers` are those of every request. Raises Unfilled."""
    url = f"{base_url.rstrip('/')}{render_path(template.path, scope)}"
    if template.query is not None:
        query = urlencode(_pairs(render(template.query, scope)), quote_via=quote)
        url += f"{'&' if '?' in url else '?'}{query}" if query else ""
    sent, body = {}, b""
    if template.body is not None:
        sent, body = {"Content-Type": JSON}, _json(render(template.body, scope))
    elif template.form is not None:
        sent, body = {"Content-Type": FORM}, urlencode(_pairs(render(template.form, scope))).encode()
    return HttpRequest(template.method, url, {**sent, **rendered({**headers, **template.headers}, scope)}, body)


def json_request(method: str, url: str, value: Any, headers: Mapping[str, str] | None = None) -> HttpRequest:
    """A request with a JSON body."""
    return HttpRequest(method, url, {"Content-Type": JSON, **(headers or {})}, _json(value))


def rendered(headers: Mapping[str, Secret], scope: Scope) -> dict[str, str]:
    """Headers with their placeholders filled in. Raises Unfilled."""
    return {name: render_text(value.reveal(), scope) for name, value in headers.items()}


def _pairs(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Parameters and form fields are text; a list is the same name once for every item, a table goes as JSON."""
    return [
        (name, as_text(item))
        for name, value in fields.items()
        for item in (value if isinstance(value, list) else [value])
    ]


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
