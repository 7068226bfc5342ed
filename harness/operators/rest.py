"""The `rest` operator: one HTTP request template per OCPP action, written in the SUT file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.operators.base import NotOffered, OperatorError
from harness.operators.http import HttpCaller
from harness.sut import Lane, RestAction, RestSettings, Sut
from harness.sut.templates import MissingMember, render, render_path, render_text


class RestOperator:
    """Fills in a template and sends it; see `harness.sut.templates` for the placeholders."""

    def __init__(self, settings: RestSettings, sut: Sut) -> None:
        self._settings = settings
        self._source = sut.source
        self._http = HttpCaller(
            "operator rest", timeout_s=settings.timeout_s, scrub=sut.scrub, ca_file=settings.ca_file, proxies=True
        )

    async def prepare(self, sut: Sut, lanes: Sequence[Lane]) -> None:
        """Nothing: the stations and tags of the SUT file are expected to exist."""

    async def perform(self, action: str, station: str, payload: dict[str, Any]) -> None:
        """Send the request of `action`. Raises NotOffered without a template, OperatorError when it is not taken."""
        template = self._settings.actions.get(action)
        if template is None:
            raise NotOffered(
                f"operator rest has no template for {action}; add [operator.actions.{action}] to {self._source}"
            )
        try:
            url = f"{self._settings.base_url.rstrip('/')}{render_path(template.path, station, payload)}"
            headers = {
                name: render_text(value.reveal(), station, payload)
                for name, value in {**self._settings.headers, **template.headers}.items()
            }
            content = _content(template, station, payload)
        except MissingMember as missing:
            raise OperatorError(
                f"operator rest: the template of {action} needs {{{missing.name}}}, which this request does not have; "
                f"take it out of path and headers of [operator.actions.{action}] in {self._source}"
            ) from None
        await self._http.send(template.method, url, template.ok or self._settings.ok, headers=headers, **content)

    async def close(self) -> None:
        """Close the connections."""
        await self._http.close()


def _content(template: RestAction, station: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    if template.body is not None:
        content["json"] = render(template.body, station, payload)
    if template.form is not None:
        content["data"] = _flat(render(template.form, station, payload))
    if template.query is not None:
        content["params"] = _flat(render(template.query, station, payload))
    return content


def _flat(fields: dict[str, Any]) -> dict[str, str]:
    """Form fields and query parameters are text; anything nested goes as JSON."""
    return {name: value if isinstance(value, str) else _text(value) for name, value in fields.items()}


def _text(value: Any) -> str:
    import json

    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
