"""Diagnostics for the CSMS (1.6 §4.4, §5.9; rules FW-04, FW-05, TRG-02, CFG-09)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from simulator.files.transfer import PROTOCOLS
from simulator.hardware.make import Facts
from simulator.v16.core.configuration import Key
from simulator.v16.core.progress import Progress
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts
from simulator.v16.profiles.uploads import Upload, file_name
from simulator.wire.operations import Answer, operation, trigger


class Diagnostics(Feature):
    """GetDiagnostics: one upload at a time, a new request takes the place of the one before."""

    __slots__ = ("_progress", "_upload")

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self._progress: Progress | None = None
        self._upload: Upload | None = None

    @classmethod
    def keys(cls, facts: Facts) -> tuple[Key, ...]:
        """Erratum 3.90."""
        return (Key("SupportedFileTransferProtocols", "R", "list", ",".join(PROTOCOLS)),)

    @operation("GetDiagnostics")
    def get_diagnostics(self, payload: dict[str, Any]) -> Answer:
        """Names the file that will be uploaded, none when there is nothing to tell (rule FW-04)."""
        text = self.parts.journal.text(payload.get("startTime"), payload.get("stopTime"))
        if text is None:
            return Answer({})
        name = file_name(self.parts.link.dial.identity, "diagnostics", self.parts.clock.now())
        return Answer({"fileName": name}, partial(self._begin, payload, (name, text)))

    def _begin(self, payload: dict[str, Any], file: tuple[str, str]) -> None:
        if self._upload is not None:
            self._upload.give_up()
        progress = self._progress = Progress(self.parts, "DiagnosticsStatusNotification")
        self._upload = Upload(self.parts, progress, file, payload["location"], payload, lambda error: "UploadFailed")
        self._upload.start()

    @trigger("DiagnosticsStatusNotification")
    def diagnostics_status(self, connector: int | None) -> Callable[[], None]:
        """Uploading, or Idle."""
        progress = self._progress or Progress(self.parts, "DiagnosticsStatusNotification")
        return lambda: progress.repeat(self._upload is not None and self._upload.busy)

    def power_off(self) -> None:
        """An upload does not go on after a boot."""
        if self._upload is not None:
            self._upload.give_up()

    def online(self, after_boot: bool) -> None:
        """What could not be said during the outage."""
        if self._progress is not None:
            self._progress.online()
