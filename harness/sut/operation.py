"""The `[operator]` table: who presses the buttons of a back office under test."""

from __future__ import annotations

from typing import Any

import msgspec

from harness.sut.secret import Secret

DONE = (200, 201, 202, 204)
"""The HTTP statuses that mean done when the file names none."""


class NoOperator(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="none"):
    """Nobody acts; cases that need an operator cannot be judged."""


class ReferenceSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="reference"):
    """The HTTP API of plugproof's own back office at `api` (address without a path)."""

    api: str
    timeout_s: float = 30


class RestAction(msgspec.Struct, frozen=True, kw_only=True):
    """The request that makes the back office send one OCPP action."""

    path: str
    method: str = "POST"
    body: Any = None
    form: dict[str, Any] | None = None
    query: dict[str, Any] | None = None
    headers: dict[str, Secret] = {}
    ok: tuple[int, ...] | None = None

    def __repr__(self) -> str:
        # templates may hold tokens, so nothing but the shape is shown
        return f"RestAction(method={self.method!r}, ...)"


Requests = RestAction | tuple[RestAction, ...]
"""What an operation takes: one request, or several, one after the other."""


class RestLogin(msgspec.Struct, frozen=True, kw_only=True):
    """The request that gives the credentials of all others: `gives` are headers made of its answer, cookies are kept.

    It is made before the first request, and again when one is answered with a status of `again_at`. `base_url`: another
    host's than that of the requests, whose headers do not go there.
    """

    path: str
    base_url: str | None = None
    method: str = "POST"
    body: Any = None
    form: dict[str, Any] | None = None
    query: dict[str, Any] | None = None
    headers: dict[str, Secret] = {}
    ok: tuple[int, ...] | None = None
    gives: dict[str, Secret] = {}
    again_at: tuple[int, ...] = (401,)

    def __repr__(self) -> str:
        return "RestLogin(...)"


class RestSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rest"):
    """Request templates by OCPP action; `ok` are the HTTP statuses that count as done.

    `refused` is a regular expression: a body it is found in is a refusal, whatever the status.
    """

    base_url: str
    headers: dict[str, Secret] = {}
    ok: tuple[int, ...] = DONE
    refused: str | None = None
    timeout_s: float = 30
    ca_file: str | None = None
    login: RestLogin | None = None
    actions: dict[str, Requests] = {}

    def __repr__(self) -> str:
        return f"RestSettings(actions={sorted(self.actions)})"


class TriggerSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="trigger"):
    """An HTTP API with one address per OCPP action that takes the OCPP payload."""

    base_url: str
    headers: dict[str, Secret] = {}
    ok: tuple[int, ...] = DONE
    refused: str | None = None
    timeout_s: float = 30
    ca_file: str | None = None

    def __repr__(self) -> str:
        return f"TriggerSettings(base_url={self.base_url!r}, ...)"


class PythonSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="python"):
    """A class of the user's (`module:Class`), made with `options`; loading sets `folder` to that of the SUT file."""

    use: str
    options: dict[str, Any] = {}
    folder: str = "."

    def __repr__(self) -> str:
        return f"PythonSettings(use={self.use!r}, ...)"


class ManualSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="manual"):
    """A person who is told on the terminal what to do."""


OperatorSettings = NoOperator | ReferenceSettings | RestSettings | TriggerSettings | PythonSettings | ManualSettings
