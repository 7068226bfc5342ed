"""One file on its way to the CSMS, and what is said about it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from simulator.files.attempts import Attempts
from simulator.files.failure import TransferFailed
from simulator.files.transfer import upload
from simulator.pki.contexts import for_files
from simulator.v16.core.progress import Progress
from simulator.v16.parts import Parts

_MAX_NAME = 255


class Upload:
    """Leaves a file at a location: Uploading, then Uploaded, or what `failure` makes of the last problem."""

    __slots__ = ("_attempts", "_content", "_failure", "_location", "_more", "_name", "_progress", "parts")

    def __init__(
        self,
        parts: Parts,
        progress: Progress,
        file: tuple[str, str],
        location: str,
        request: Mapping[str, Any],
        failure: Callable[[TransferFailed | None], str],
        **more: Any,
    ) -> None:
        """`file` is name and content; `request` has retries and retryInterval (seconds); `more` goes with each status.

        `failure` names the status after a failure; None: the station went down meanwhile.
        """
        self.parts = parts
        self._progress = progress
        self._name, self._content = file
        self._location = location
        self._failure = failure
        self._more = more
        self._attempts = Attempts(
            parts, self._upload, self._failed, retries=request.get("retries"), interval=request.get("retryInterval")
        )

    @property
    def busy(self) -> bool:
        """Whether it is still under way."""
        return self._progress.status == "Uploading"

    def start(self) -> None:
        """Begin."""
        self._progress.say("Uploading", **self._more)
        self._attempts.start()

    def give_up(self) -> None:
        """Something prevents it for good; the CSMS is told."""
        if self.busy:
            self._attempts.cancel()
            self._failed(None)

    async def _upload(self) -> None:
        tls = await asyncio.to_thread(for_files, self.parts.vault.trusted())  # reads the roots of the web
        await upload(self._location, self._name, self._content.encode(), tls)
        self._progress.say("Uploaded", **self._more)

    def _failed(self, error: TransferFailed | None) -> None:
        self._progress.say(self._failure(error), **self._more)


def file_name(identity: str, what: str, at: datetime) -> str:
    """A name for a file of a station that every server takes."""
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", identity)
    rest = f"-{what}-{at:%Y%m%dT%H%M%SZ}.log"
    return safe[: _MAX_NAME - len(rest)] + rest
