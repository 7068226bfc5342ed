"""The `[operator]` table: who presses the buttons of a back office under test."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from harness.sut.secret import Secret
from harness.sut.tables.shapes import NOT_IN_FILE, ClassName, Named, Seconds, Text, WebAddress, means

DONE = (200, 201, 202, 204)
"""The HTTP statuses that mean done when the file names none."""

Status = Annotated[int, Meta(ge=100, le=599)]
Statuses = Annotated[
    tuple[Status, ...], Named("ok"), Meta(min_length=1), means("HTTP statuses that mean done.", [200, 202])
]
Method = Annotated[Literal["POST", "GET", "PUT", "PATCH", "DELETE"], means("HTTP method.", "POST")]
Headers = Annotated[
    dict[str, Secret],
    means("Headers of every request; values are never printed.", {"Authorization": "Bearer ${CSMS_TOKEN}"}),
]
RequestTimeout = Annotated[Seconds, means("One request.", 30)]
ApiCaFile = Annotated[Text, means("PEM file with the root that signed the API's certificate.", "pki/root.pem")]
Refused = Annotated[
    Text,
    means("Regular expression; a body it is found in is a refusal, whatever the status.", '"success":\\s*false'),
]
Options = Annotated[
    dict[str, Any], means("Keyword arguments the class is made with.", {"url": "http://127.0.0.1:9001"})
]


class NoOperator(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="none"):
    """Nobody acts.

    Cases that need an operator cannot be judged.
    """


class ReferenceSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="reference"):
    """The HTTP API of plugproof's own back office."""

    api: Annotated[WebAddress, means("Address of the API, without a path.", "http://127.0.0.1:9001")]
    timeout_s: RequestTimeout = 30


class RestAction(msgspec.Struct, frozen=True, kw_only=True):
    """The request that makes the back office send this OCPP action; strings hold placeholders such as {station}."""

    method: Method = "POST"
    path: Annotated[Text, Meta(pattern="^/"), means("Path below base_url.", "/stations/{station}/reset")]
    body: Annotated[
        Any,
        means('JSON body; any TOML value, `"{payload}"` is the whole OCPP payload.', "{payload}"),
    ] = None
    form: Annotated[
        dict[str, Any] | None,
        means("Form fields, instead of a body; a list is the same name once for every item.", {"tag": "{idTag}"}),
    ] = None
    query: Annotated[
        dict[str, Any] | None,
        means("Query parameters; a list is the same name once for every item.", {"tag": "{idTag}"}),
    ] = None
    headers: Annotated[
        dict[str, Secret], means("Headers of this request, besides those of the operator.", {"X-Tenant": "demo"})
    ] = {}
    ok: Statuses | None = None

    def __repr__(self) -> str:
        # templates may hold tokens, so nothing but the shape is shown
        return f"RestAction(method={self.method!r}, ...)"


_Request = Annotated[RestAction, Named("rest_action")]
Requests = Annotated[
    _Request | Annotated[tuple[_Request, ...], Meta(min_length=1)],
    Named("rest_requests"),
    means(
        "One request, or a list of requests that are made one after the other; later ones can name {answer.member} of "
        "the one before and {answers[0].member}."
    ),
]


class RestLogin(msgspec.Struct, frozen=True, kw_only=True):
    """The request that gives the credentials of all others, for an API whose tokens expire; made before the first
    request and again when one is answered with a status of again_at.

    Cookies that it sets are kept.
    """

    path: Annotated[Text, Meta(pattern="^/"), means("Path below base_url.", "/auth/login")]
    base_url: Annotated[
        WebAddress | None,
        means("Address of another host that logs in; the other headers do not go there.", "https://login.example"),
    ] = None
    method: Method = "POST"
    body: Annotated[
        Any, means("JSON body; values are never shown.", {"user": "plugproof", "password": "${CSMS_PASSWORD}"})
    ] = None
    form: Annotated[
        dict[str, Any] | None,
        means(
            "Form fields, instead of a body; values are never shown.",
            {"grant_type": "client_credentials", "client_secret": "${CSMS_SECRET}"},
        ),
    ] = None
    query: Annotated[
        dict[str, Any] | None,
        means("Query parameters; a list is the same name once for every item.", {"tenant": "demo"}),
    ] = None
    headers: Annotated[dict[str, Secret], means("Headers of this request.", {"X-Tenant": "demo"})] = {}
    ok: Statuses | None = None
    gives: Annotated[
        dict[str, Secret],
        means(
            "Headers of every other request, made of the answer; none where the login sets a cookie.",
            {"Authorization": "Bearer {answer.access_token}"},
        ),
    ] = {}
    again_at: Annotated[
        tuple[Status, ...],
        Meta(min_length=1),
        means(
            "HTTP statuses that say that the credentials are no longer good, 401 when absent; the request is made"
            " once more after a new login.",
            [401, 419],
        ),
    ] = (401,)

    def __repr__(self) -> str:
        return "RestLogin(...)"


Login = Annotated[RestLogin, Named("rest_login")]


class RestSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rest"):
    """An HTTP API, one request template (or several) per OCPP action."""

    base_url: Annotated[WebAddress, means("Address that every path is appended to.", "https://csms.example/api")]
    headers: Headers = {}
    ok: Statuses = DONE
    refused: Refused | None = None
    timeout_s: RequestTimeout = 30
    ca_file: ApiCaFile | None = None
    login: Annotated[Login | None, means("How credentials are got that expire.")] = None
    actions: Annotated[
        dict[str, Requests],
        means(
            'Templates by OCPP action; "Action(member)" is preferred to "Action" when the payload has the member,'
            ' "Action(!member)" when it has not, "Action(member=value)" when it has this value.',
            {},
        ),
    ] = {}

    def __repr__(self) -> str:
        return f"RestSettings(actions={sorted(self.actions)})"


class TriggerSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="trigger"):
    """An HTTP API with one address per OCPP action, {base_url}/api/octt/1.6/{station}/{action-in-kebab-case}, that
    takes the OCPP payload.
    """

    base_url: Annotated[WebAddress, means("Address in front of /api/octt.", "http://127.0.0.1:9001")]
    headers: Headers = {}
    ok: Statuses = DONE
    refused: Refused | None = None
    timeout_s: RequestTimeout = 30
    ca_file: ApiCaFile | None = None

    def __repr__(self) -> str:
        return f"TriggerSettings(base_url={self.base_url!r}, ...)"


class PythonSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="python"):
    """A Python class of yours, with a method per OCPP action.

    Loading sets `folder` to that of the SUT file.
    """

    use: Annotated[
        ClassName,
        means(
            "Class that acts, as module:Class; the module is looked for in the folder of this file first.",
            "my_csms:Operator",
        ),
    ]
    options: Options = {}
    folder: Annotated[str, NOT_IN_FILE] = "."

    def __repr__(self) -> str:
        return f"PythonSettings(use={self.use!r}, ...)"


class ManualSettings(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="manual"):
    """A person, told on the terminal what to do."""


OperatorSettings = NoOperator | RestSettings | TriggerSettings | PythonSettings | ManualSettings | ReferenceSettings
