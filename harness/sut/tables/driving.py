"""The `[driver]` table: who plugs cables in and holds cards to the reader of a charge point under test."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from harness.sut.secret import Secret
from harness.sut.tables.operation import DONE, ApiCaFile, Login, Refused, Requests, RequestTimeout, Statuses
from harness.sut.tables.shapes import NOT_IN_FILE, ClassName, WebAddress, means


class NoDriver(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="none"):
    """Nobody acts.

    Cases that need a driver cannot be judged.
    """


class SimulatedDriver(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="simulated"):
    """plugproof's own station, over its HTTP API.

    One that is started has the cable and the back-up power that `[hardware]` claims.
    """

    api: Annotated[
        Annotated[str, Meta(pattern="^https?://")] | None,
        means("Address of the API; without it a station is started for the run.", "http://127.0.0.1:8088"),
    ] = None
    faults: Annotated[tuple[str, ...], means("Deliberate defects of the station that is started.", ["boot-twice"])] = ()
    timeout_s: RequestTimeout = 30


class RestDriver(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="rest"):
    """An HTTP API, one request template (or several) per act."""

    base_url: Annotated[WebAddress, means("Address that every path is appended to.", "http://127.0.0.1:8080")]
    headers: Annotated[
        dict[str, Secret],
        means("Headers of every request; values are never printed.", {"Authorization": "Bearer ${STATION_TOKEN}"}),
    ] = {}
    ok: Statuses = DONE
    refused: Refused | None = None
    timeout_s: RequestTimeout = 30
    ca_file: ApiCaFile | None = None
    login: Annotated[Login | None, means("How credentials are got that expire.")] = None
    acts: Annotated[
        dict[str, Requests],
        means(
            'Templates by act, such as plug_in or present; "present(connector=1)" is preferred to "present" for '
            "that connector.",
            {},
        ),
    ] = {}

    def __repr__(self) -> str:
        return f"RestDriver(acts={sorted(self.acts)})"


class PythonDriver(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="python"):
    """A Python class of yours, with a method per act.

    Loading sets `folder` to that of the SUT file.
    """

    use: Annotated[
        ClassName,
        means(
            "Class that acts, as module:Class; the module is looked for in the folder of this file first.",
            "my_station:Driver",
        ),
    ]
    options: Annotated[
        dict[str, Any], means("Keyword arguments the class is made with.", {"port": "/dev/ttyUSB0"})
    ] = {}
    folder: Annotated[str, NOT_IN_FILE] = "."

    def __repr__(self) -> str:
        return f"PythonDriver(use={self.use!r}, ...)"


class ManualDriver(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="manual"):
    """A person at the station, told at the terminal what to do."""


DriverSettings = NoDriver | SimulatedDriver | RestDriver | PythonDriver | ManualDriver
