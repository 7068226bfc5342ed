"""Firmware updates, plain and signed (1.6 §4.5, §5.19; white paper L01, L02; rules FW-01 to FW-03, FW-05, TRG-02).

One update at a time: a new order takes the place of one that is not being installed yet. The order is in the store
until its end, and begins again after a boot; the last step, Installed, is told by the new firmware.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from ocppj.errors import OcppError
from ocppj.v16.rules.profiles.firmware import begins_unasked
from simulator.files.attempts import Attempts
from simulator.files.failure import TransferFailed
from simulator.files.transfer import fetch
from simulator.kernel.clock import Timer
from simulator.kernel.errors import NotPossible
from simulator.pki.chains import BadCertificate
from simulator.pki.contexts import for_files
from simulator.pki.vault import MANUFACTURER
from simulator.v16.connectors.connector import Connector
from simulator.v16.core.progress import Progress
from simulator.v16.feature import Feature, Features
from simulator.v16.parts import Parts
from simulator.v16.profiles.firmware import job as jobs
from simulator.v16.profiles.firmware.image import Image, Inspection
from simulator.v16.profiles.firmware.job import Job
from simulator.v16.profiles.firmware.service import OutOfService
from simulator.v16.profiles.firmware.signing import Revoked, check_signer, is_signed
from simulator.v16.profiles.security.events import record
from simulator.wire.operations import Answer, operation, status, trigger

"""How long an installation takes before the station boots."""

_JOB, _VERSION = "firmware-job", "firmware-version"  # kinds of records


class FirmwareUpdates(Feature):
    """UpdateFirmware and SignedUpdateFirmware."""

    __slots__ = ("_attempts", "_awaited", "_image", "_installing", "_job", "_progress", "_service", "_timer", "failing")
    profile = "FirmwareManagement"

    def __init__(self, parts: Parts, features: Features) -> None:
        super().__init__(parts, features)
        self.failing = False  # the memory for firmware is broken: nothing can be installed
        self._job: Job | None = None
        self._progress: Progress | None = None
        self._attempts: Attempts | None = None
        self._timer: Timer | None = None
        self._awaited: tuple[datetime, Callable[[], None]] | None = None  # a moment, and what is done then
        self._image: Image | None = None  # fetched, not installed yet
        self._service: OutOfService | None = None  # while it waits for the connectors
        self._installing = False

    def restore(self) -> None:
        """An order and the version it led to survive the process."""
        for _, value in self.parts.store.read(_JOB):
            self._job = msgspec.convert(value, Job)
        for _, version in self.parts.store.read(_VERSION):
            self.parts.registration.identity["firmwareVersion"] = version

    # --- orders -------------------------------------------------------------------------------------------------------

    @operation("UpdateFirmware")
    def update_firmware(self, payload: dict[str, Any]) -> Answer:
        """1.6 §5.19. The answer has no status to refuse by, so `OcppError` is raised while another one is installed."""
        if self._installing:
            raise OcppError("GenericError", "an installation is under way; order the update again after the boot")
        job = jobs.plain(payload)
        self._accept(job)
        return Answer({}, partial(self._begin, job))

    @operation("SignedUpdateFirmware")
    def signed_update_firmware(self, payload: dict[str, Any]) -> Answer:
        """White paper L01: the signing certificate is judged before the answer."""
        job = jobs.signed(payload)
        vault = self.parts.vault
        try:
            roots = [root.pem for root in vault.of(MANUFACTURER)]
            check_signer(job.signer, roots, vault.provision.revocations, self.parts.clock.now())
        except BadCertificate as error:
            event = partial(record, self.features, "InvalidFirmwareSigningCertificate", str(error), provoked=True)
            return status("RevokedCertificate" if isinstance(error, Revoked) else "InvalidCertificate", event)
        if self._installing:
            return status("Rejected")
        canceled = self._job is not None
        self._accept(job)
        return status("AcceptedCanceled" if canceled else "Accepted", partial(self._begin, job))

    def bring(self, version: str, takes: float) -> None:
        """Update to a version without an order and without a file, and tell the CSMS what an order would have it told.

        `takes` is in seconds, until all of it is there. Raises `NotPossible`.
        """
        if self._installing:
            raise NotPossible("an installation is under way")
        if not self.parts.supplied.on:
            raise NotPossible("the station has no power")
        job = Job("", self.parts.clock.now(), by_hand=version, takes=takes)
        begins_unasked(self.parts.link.dial.memory.known)
        self._accept(job)
        self._begin(job)

    def _accept(self, job: Job) -> None:
        self._rest()
        self._job = job
        self.parts.store.put(_JOB, "", msgspec.to_builtins(job))
        if self._service is not None:
            self._service.end()
            self._service = None

    # --- the steps ----------------------------------------------------------------------------------------------------

    def _begin(self, job: Job) -> None:
        if self._job is job and self.parts.supplied.on:
            self._progress = Progress(self.parts, job.action)
            self._wait(job.retrieve, "DownloadScheduled", self._download)

    def _wait(self, until: datetime, said: str, then: Callable[[], None]) -> None:
        """Go on at a moment; a signed update says that it waits."""
        if until > self.parts.clock.now():
            self._say_if_signed(said)
        self._awaited = (until, then)
        self.clock_set()

    def clock_set(self) -> None:
        """The moment an order waits for has come, or is so far away."""
        if self._awaited is None:
            return
        if self._timer is not None:
            self._timer.cancel()
        wait = (self._awaited[0] - self.parts.clock.now()).total_seconds()
        if wait > 0:
            self._timer = self.parts.clock.call_later(wait, self._go_on)
        else:
            self._go_on()

    def _go_on(self) -> None:
        assert self._awaited is not None
        then = self._awaited[1]
        self._timer = self._awaited = None
        then()

    def _download(self) -> None:
        assert self._job is not None
        if self._job.by_hand is not None:
            self._say("Downloading")
            there = self.parts.clock.now() + timedelta(seconds=self._job.takes)
            self._wait(there, "DownloadScheduled", partial(self._is_there, self._job.by_hand))
            return
        self._attempts = Attempts(
            self.parts,
            self._fetch,
            self._not_fetched,
            retries=self._job.retries,
            interval=self._job.retryInterval,
            paused=partial(self._say_if_signed, "DownloadPaused"),
        )
        self._attempts.start()

    def _is_there(self, version: str) -> None:
        self._say("Downloaded")
        self._image = Image(version, intact=True)
        self._free_the_connectors()

    async def _fetch(self) -> None:
        job, progress = self._job, self._progress
        assert job is not None
        assert progress is not None
        if progress.status != "Downloading":
            self._say("Downloading")
        tls = await asyncio.to_thread(for_files, self.parts.vault.trusted())
        looked = Inspection()
        await fetch(job.location, tls, looked.take)
        self._attempts = None
        self._say("Downloaded")
        self._fetched(job, looked)

    def _not_fetched(self, error: TransferFailed) -> None:
        self._end("DownloadFailed")

    def _fetched(self, job: Job, looked: Inspection) -> None:
        self._image = looked.image(job.location)
        if not job.signed:
            self._free_the_connectors()
            return
        if not is_signed(looked.digest, job.signature, job.signer):
            self._end("InvalidSignature")
            record(self.features, "InvalidFirmwareSignature", job.location, provoked=True)
            return
        self._say("SignatureVerified")
        if not self._image.intact:
            self._end("InstallVerificationFailed")
            return
        self._wait(job.install or job.retrieve, "InstallScheduled", self._free_the_connectors)

    def _free_the_connectors(self) -> None:
        """Wait for those who charge, and let nobody else begin (rule FW-03)."""
        self._service = OutOfService(self.parts)
        self._install_if_free()

    def _install_if_free(self) -> None:
        if self._service is not None and not self._installing and self._service.begin():
            self._installing = True
            self._say("Installing")
            self._timer = self.parts.clock.call_later(self.parts.facts.installation, self._install)

    def _install(self) -> None:
        job, image = self._job, self._image
        assert job is not None
        assert image is not None
        if self.failing or not image.intact:
            self._end("InstallationFailed")
            return
        with self.parts.store.unit():
            self._job = msgspec.structs.replace(job, installed=image.version)
            self.parts.store.put(_JOB, "", msgspec.to_builtins(self._job))
            self.parts.store.put(_VERSION, "", image.version)
        self.parts.registration.identity["firmwareVersion"] = image.version
        self._say_if_signed("InstallRebooting")
        self.parts.tasks.spawn(self.parts.power.reboot("Reboot"))

    def _end(self, said: str) -> None:
        self._say(said)
        self._rest()
        self._job = None
        self.parts.store.drop(_JOB, "")
        if self._service is not None:
            self._service.end()
            self._service = None

    # --- what is said -------------------------------------------------------------------------------------------------

    def _say(self, said: str) -> None:
        if self._job is not None and self._progress is not None:
            self._progress.say(said, **self._job.reference)

    def _say_if_signed(self, said: str) -> None:
        if self._job is not None and self._job.signed:
            self._say(said)

    @trigger("FirmwareStatusNotification")
    def firmware_status(self, connector: int | None) -> Callable[[], None]:
        """Of a plain update, or Idle."""
        return self._repeat("FirmwareStatusNotification", signed=False)

    @trigger("SignedFirmwareStatusNotification")
    def signed_firmware_status(self, connector: int | None) -> Callable[[], None]:
        """Of a signed update, or Idle."""
        return self._repeat("SignedFirmwareStatusNotification", signed=True)

    def _repeat(self, action: str, *, signed: bool) -> Callable[[], None]:
        progress = self._progress
        if self._job is None or self._job.signed is not signed or progress is None:
            return lambda: Progress(self.parts, action).repeat(False)
        return lambda: progress.repeat(True)

    # --- the station --------------------------------------------------------------------------------------------------

    def online(self, after_boot: bool) -> None:
        """Go on after a boot; after an outage say where it stands."""
        job = self._job
        if job is not None and job.installed is not None:
            self._progress = Progress(self.parts, job.action)
            record(self.features, "FirmwareUpdated", job.installed, provoked=job.signed)
            self._end("Installed")
        elif job is not None and self._progress is None:
            self._begin(job)
        elif self._progress is not None:
            self._progress.online()

    def status_changed(self, connector: Connector) -> None:
        """Perhaps the last one has gone."""
        self._install_if_free()

    def power_off(self) -> None:
        """What has not been installed begins anew after the boot."""
        self._rest()
        if self._job is not None:
            self._progress = None
        if self._service is not None:
            self._service.end()
            self._service = None

    def _rest(self) -> None:
        self._awaited = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._attempts is not None:
            self._attempts.cancel()
            self._attempts = None
        self._image = None
        self._installing = False
