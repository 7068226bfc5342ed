"""The `[fixtures]` table: how stations and tags are made known to the back office, and removed again."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from harness.sut.secret import Secret
from harness.sut.tables.operation import (
    DONE,
    ApiCaFile,
    Login,
    Options,
    Refused,
    Requests,
    RequestTimeout,
    Statuses,
)
from harness.sut.tables.shapes import NOT_IN_FILE, ClassName, WebAddress, means

Per = Literal["run", "case"]
"""How long what is made lasts: `per` is about stations, `tags_per` about the tags that cases charge with."""
StationsPer = Annotated[
    Per,
    means(
        "Whether the stations of [[lanes]] are made once per run or anew for every case; those of a pattern with {case}"
        " are always made per case.",
        "run",
    ),
]
TagsPer = Annotated[
    Per,
    means(
        "With case, each case has its own tags made in place of `tags.valid`, `valid_2` and `parent`, under new names, "
        "and removed after it; so all workers can charge at once, and no case meets what another one left.",
        "case",
    ),
]
OwnHeaders = Annotated[
    dict[str, Secret],
    means(
        "Headers of every request; those of [operator] when base_url is absent.",
        {"Authorization": "Bearer ${CSMS_TOKEN}"},
    ),
]


class NoFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="none"):
    """The stations and tags of this file exist."""


class StationTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Templates for stations, with {station}, {connectors}, {auth_key}; remove also with {created.member} of the
    answer to create.

    registration has {registration} as well, Pending or Accepted.
    """

    create: Annotated[Requests | None, means("Makes a station.")] = None
    remove: Annotated[Requests | None, means("Removes it.")] = None
    registration: Annotated[
        Requests | None, means("Sets what its boots are answered with from now on: Pending, and Accepted again.")
    ] = None


class TagTemplates(msgspec.Struct, frozen=True, kw_only=True):
    """Templates for tags, with {idTag}, {status}, {parentIdTag}, {expiryDate}; create is for the tags without a
    template of their own.

    The parent is made first, and only by a template of its own: in most back offices it is no tag.
    """

    create: Annotated[Requests | None, means("Makes each tag that has no template of its own.")] = None
    parent: Annotated[Requests | None, means("Makes the parent, where it is a tag as well.")] = None
    valid: Annotated[Requests | None, means("Makes `tags.valid`.")] = None
    valid_2: Annotated[Requests | None, means("Makes `tags.valid_2`.")] = None
    expired: Annotated[Requests | None, means("Makes `tags.expired`; expiryDate is in the past.")] = None
    blocked: Annotated[Requests | None, means("Makes `tags.blocked`.")] = None
    concurrent: Annotated[Requests | None, means("Makes `tags.concurrent`.")] = None
    remove: Annotated[Requests | None, means("Removes a tag.")] = None


class RestFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rest"):
    """An HTTP API, one request template for making and one for removing.

    Where `base_url` is None, loading takes it, the headers and the login from `[operator]`.
    """

    per: StationsPer = "run"
    tags_per: TagsPer = "run"
    base_url: Annotated[
        WebAddress | None,
        means("Address that every path is appended to; that of [operator] when absent.", "https://csms.example/api"),
    ] = None
    headers: OwnHeaders = {}
    ok: Statuses = DONE
    refused: Refused | None = None
    timeout_s: RequestTimeout = 30
    ca_file: ApiCaFile | None = None
    login: Annotated[
        Login | None, means("How credentials are got that expire. That of [operator] when base_url is absent.")
    ] = None
    stations: StationTemplates = StationTemplates()
    tags: TagTemplates = TagTemplates()

    def __repr__(self) -> str:
        return f"RestFixtures(base_url={self.base_url!r}, ...)"


class TriggerFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="trigger"):
    """The two provisioning calls of the trigger convention: create-token for every tag, set-basic-auth-password for
    every station with a key.

    Nothing is removed.
    """

    per: StationsPer = "run"
    base_url: Annotated[
        WebAddress | None,
        means("Address in front of /api/octt; that of [operator] when absent.", "http://127.0.0.1:9001"),
    ] = None
    headers: OwnHeaders = {}
    ok: Statuses = DONE
    refused: Refused | None = None
    timeout_s: RequestTimeout = 30
    ca_file: ApiCaFile | None = None

    def __repr__(self) -> str:
        return f"TriggerFixtures(base_url={self.base_url!r}, ...)"


class PythonFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="python"):
    """A Python class of yours with create_station, remove_station, set_registration, create_tag and remove_tag; those
    it lacks are not called.

    Loading sets `folder` to that of the SUT file.
    """

    per: StationsPer = "run"
    tags_per: TagsPer = "run"
    use: Annotated[
        ClassName,
        means(
            "Class that acts, as module:Class; the module is looked for in the folder of this file first.",
            "my_csms:Fixtures",
        ),
    ]
    options: Options = {}
    folder: Annotated[str, NOT_IN_FILE] = "."

    def __repr__(self) -> str:
        return f"PythonFixtures(use={self.use!r}, ...)"


class ReferenceFixtures(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="reference"):
    """The HTTP API of plugproof's own back office; implied by the operator of that kind."""

    per: StationsPer = "run"
    tags_per: TagsPer = "run"
    api: Annotated[
        WebAddress | None,
        means("Address of the API, without a path; that of [operator] when absent.", "http://127.0.0.1:9001"),
    ] = None
    timeout_s: RequestTimeout = 30


FixtureSettings = NoFixtures | RestFixtures | TriggerFixtures | PythonFixtures | ReferenceFixtures
