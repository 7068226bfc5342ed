"""From a template of the SUT file to an HTTP request; the `rest` operator and the `rest` fixtures share it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from harness.operators.http import HttpCaller
from harness.sut import RestAction, RestFixtures, RestSettings, Secret
from harness.sut.templates import Scope, render, render_path, render_text


async def send(http: HttpCaller, settings: RestSettings | RestFixtures, template: RestAction, scope: Scope) -> bytes:
    """Fill in the template and send it; gives the body of the answer. Raises MissingMember and OperatorError."""
    url = f"{(settings.base_url or '').rstrip('/')}{render_path(template.path, scope)}"
    headers = rendered({**settings.headers, **template.headers}, scope)
    return await http.send(
        template.method, url, template.ok or settings.ok, headers=headers, **_content(template, scope)
    )


def rendered(headers: Mapping[str, Secret], scope: Scope) -> dict[str, str]:
    """Headers with their placeholders filled in. Raises MissingMember."""
    return {name: render_text(value.reveal(), scope) for name, value in headers.items()}


def _content(template: RestAction, scope: Scope) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if template.body is not None:
        content["json"] = render(template.body, scope)
    if template.form is not None:
        content["data"] = _flat(render(template.form, scope))
    if template.query is not None:
        content["params"] = _flat(render(template.query, scope))
    return content


def _flat(fields: dict[str, Any]) -> dict[str, str]:
    """Form fields and query parameters are text; anything nested goes as JSON."""
    return {name: value if isinstance(value, str) else _text(value) for name, value in fields.items()}


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
