"""The `[fixtures]` table: how stations and tags are made known to the back office, and removed again."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from harness.sut.operation import DONE, Requests, RestLogin
from harness.sut.secret import Secret

Per = Literal["run", "case"]
"""How long what is made lasts: `per` is about stations, `tags_per` about the tags that cases charge with."""


class NoFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="none"):
    """The stations and tags of the file exist."""


class StationTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that make and remove a station."""

    create: Requests | None = None
    remove: Requests | None = None


class TagTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Requests that make and remove a tag; `create` is for the tags without a template of their own.

    The parent is made first, and only by a template of its own: in most back offices it is no tag.
    """

    create: Requests | None = None
    parent: Requests | None = None
    valid: Requests | None = None
    valid_2: Requests | None = None
    expired: Requests | None = None
    blocked: Requests | None = None
    concurrent: Requests | None = None
    remove: Requests | None = None


class RestFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rest"):
    """An HTTP API; where `base_url` is None, loading takes it, the headers and the login from `[operator]`."""

    per: Per = "run"
    tags_per: Per = "run"
    base_url: str | None = None
    headers: dict[str, Secret] = {}
    ok: tuple[int, ...] = DONE
    refused: str | None = None
    timeout_s: float = 30
    ca_file: str | None = None
    login: RestLogin | None = None
    stations: StationTemplates = StationTemplates()
    tags: TagTemplates = TagTemplates()

    def __repr__(self) -> str:
        return f"RestFixtures(base_url={self.base_url!r}, ...)"


class TriggerFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="trigger"):
    """create-token and set-basic-auth-password of the trigger convention; nothing is removed."""

    per: Per = "run"
    base_url: str | None = None
    headers: dict[str, Secret] = {}
    ok: tuple[int, ...] = DONE
    refused: str | None = None
    timeout_s: float = 30
    ca_file: str | None = None

    def __repr__(self) -> str:
        return f"TriggerFixtures(base_url={self.base_url!r}, ...)"


class PythonFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="python"):
    """A class of the user's (`module:Class`), made with `options`; loading sets `folder` to that of the SUT file."""

    use: str
    per: Per = "run"
    tags_per: Per = "run"
    options: dict[str, Any] = {}
    folder: str = "."

    def __repr__(self) -> str:
        return f"PythonFixtures(use={self.use!r}, ...)"


class ReferenceFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="reference"):
    """plugproof's own back office; implied by the operator of that kind."""

    per: Per = "run"
    tags_per: Per = "run"
    api: str | None = None
    timeout_s: float = 30


FixtureSettings = NoFixtures | RestFixtures | TriggerFixtures | PythonFixtures | ReferenceFixtures
