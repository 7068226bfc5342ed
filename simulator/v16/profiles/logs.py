"""Logs for the CSMS (security white paper N01, use case "Retrieve Log Information")."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.files.failure import TransferFailed
from simulator.v16.core.progress import Progress
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts
from simulator.v16.profiles.security.events import SecurityEvents
from simulator.v16.profiles.uploads import Upload, file_name
from simulator.wire.operations import Answer, operation, trigger

_NAMES = {"DiagnosticsLog": "diagnostics", "SecurityLog": "security"}


class Logs(Feature):
    """GetLog: one upload at a time; a new request cancels the one before and says so in its answer."""

    __slots__ = ("_progress", "_upload")

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self._progress: Progress | None = None
        self._upload: Upload | None = None

    @operation("GetLog")
    def get_log(self, payload: dict[str, Any]) -> Answer:
        """Accepted, or AcceptedCanceled when an upload was running; without a name there is nothing to upload."""
        canceled = self._upload is not None and self._upload.busy
        said = {"status": "AcceptedCanceled" if canceled else "Accepted"}
        wanted, kind = payload["log"], payload["logType"]
        text = self._text(kind, wanted.get("oldestTimestamp"), wanted.get("latestTimestamp"))
        if text is None:
            return Answer(said, self._cancel)
        name = file_name(self.parts.link.dial.identity, _NAMES[kind], self.parts.clock.now())
        return Answer({**said, "filename": name}, partial(self._begin, payload, (name, text)))

    def _text(self, kind: str, oldest: str | None, latest: str | None) -> str | None:
        if kind == "DiagnosticsLog":
            return self.parts.journal.text(oldest, latest)
        return self.features[SecurityEvents].text(oldest, latest)

    def _cancel(self) -> None:
        if self._upload is not None:
            self._upload.give_up()

    def _begin(self, payload: dict[str, Any], file: tuple[str, str]) -> None:
        self._cancel()
        progress = self._progress = Progress(self.parts, "LogStatusNotification")
        self._upload = Upload(
            self.parts,
            progress,
            file,
            payload["log"]["remoteLocation"],
            payload,
            _failure,
            requestId=payload["requestId"],
        )
        self._upload.start()

    @trigger("LogStatusNotification")
    def log_status(self, connector: int | None) -> Callable[[], None]:
        """Uploading with its requestId, or Idle."""
        progress = self._progress or Progress(self.parts, "LogStatusNotification")
        return lambda: progress.repeat(self._upload is not None and self._upload.busy)

    def power_off(self) -> None:
        """An upload does not go on after a boot."""
        self._cancel()

    def online(self, after_boot: bool) -> None:
        """What could not be said during the outage."""
        if self._progress is not None:
            self._progress.online()


def _failure(error: TransferFailed | None) -> str:
    return "UploadFailure" if error is None else error.problem
