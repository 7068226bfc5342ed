"""Firmware, diagnostics and logs: jobs of a station and their progress (OCPP 1.6 §4.4, §4.5, §5.9, §5.19; white paper
L01, L02, N01).

Every status is accepted, whatever came before it: the station knows better how far it is. `Idle` tells that there is
no job, so it changes none.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from csms_core.hub.context import StationContext
from csms_core.hub.errors import OperationError
from csms_core.hub.registry import Bookkeeper, Handler, Payload, Registry, Send
from csms_core.store import jobs, stations
from ocppj.times import timestamp

registry = Registry()

REPORTS: Mapping[str, str] = {
    "DiagnosticsStatusNotification": "GetDiagnostics",
    "FirmwareStatusNotification": "UpdateFirmware",
    "LogStatusNotification": "GetLog",
    "SignedFirmwareStatusNotification": "SignedUpdateFirmware",
}
"""Message of the station -> operation whose job it reports on."""


FINAL = frozenset(
    {
        "BadMessage",
        "DownloadFailed",
        "InstallationFailed",
        "Installed",
        "InstallVerificationFailed",
        "InvalidSignature",
        "NotSupportedOperation",
        "PermissionDenied",
        "Uploaded",
        "UploadFailed",
        "UploadFailure",
    }
)
"""Statuses nothing is expected after."""


def location_of(action: str, payload: Payload) -> str:
    """Where a job's file goes or comes from."""
    if action == "SignedUpdateFirmware":
        return str(payload["firmware"]["location"])
    if action == "GetLog":
        return str(payload["log"]["remoteLocation"])
    return str(payload["location"])


def _reports(action: str, operation: str) -> Handler:
    async def report(station: StationContext, payload: Payload) -> Payload:
        at = timestamp(station.now())

        def book(connection: Connection) -> None:
            stations.book_notice(connection, station.identity, action, payload, at)
            status = payload["status"]
            if status != "Idle":
                request_id, is_final = payload.get("requestId"), status in FINAL
                jobs.book_status(connection, station.identity, operation, status, is_final, request_id, at)

        await station.store.write(book)
        return {}

    return report


def _starts(action: str) -> Bookkeeper:
    async def keep(station: StationContext, payload: Payload, send: Send) -> Payload:
        # booked before it is sent: the first status may come together with the answer
        at, location = timestamp(station.now()), location_of(action, payload)
        job_id = await station.store.write(
            lambda connection: jobs.begin(connection, station.identity, action, payload, location, at)
        )
        try:
            answer = await send()
        except OperationError as error:
            problem = str(error)
            await station.store.write(lambda connection: jobs.book_failure(connection, job_id, problem))
            raise
        status = answer.get("status", "Accepted")
        await station.store.write(
            lambda connection: jobs.book_answer(
                connection,
                job_id,
                answer,
                is_accepted=status in ("Accepted", "AcceptedCanceled"),
                supersedes=status == "AcceptedCanceled",
            )
        )
        return answer

    return keep


for _action, _operation in REPORTS.items():
    registry.handles(_action)(_reports(_action, _operation))
    registry.keeps(_operation)(_starts(_operation))
