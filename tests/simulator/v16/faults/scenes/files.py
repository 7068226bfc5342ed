"""Firmware, diagnostics, logs: files that come and go, and what breaks their rules."""

from __future__ import annotations

import re

from ocppj.times import timestamp
from simulator.v16.profiles.firmware import make_image
from tests.simulator.support.security import KEY, NOW, Signer, ec_key, provision
from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import Judge, Open, Proof, Record, answers, each_is, prove, sends, within

_PLAIN, _SIGNED = "FirmwareStatusNotification", "SignedFirmwareStatusNotification"
_IMAGE = make_image("2.0.0", b"code")
_HERE, _NOWHERE = "http://files.example/fw.bin", "http://files.example/does_not_exist_fw.bin"


def _is(action: str, step: int, status: str) -> Judge:
    """The status of a job at this step, from 0; that a station says it reboots is no step."""

    def judge(record: Record) -> bool:
        told = [one["status"] for one in record.calls(action) if one["status"] != "InstallRebooting"]
        return told[step : step + 1] == [status]

    return judge


def _steps(action: str, case: str, first: int, *statuses: str, what: str = "firmware") -> list[tuple[str, Judge, str]]:
    """A rule for each status of a job, one after the other from `first` on."""
    names = ["-".join(re.findall("[A-Z][a-z]+", status)).lower() for status in statuses]
    return [
        (f"{what}-{name}-as-idle", _is(action, step, status), f"{case}.R{first + step}")
        for step, (name, status) in enumerate(zip(names, statuses, strict=True))
    ]


# --- firmware ---------------------------------------------------------------------------------------------------------


async def _update(open: Open, location: str, content: bytes) -> Bench:
    bench = await open()
    bench.files = {_HERE: content}
    bench.mark()
    await bench.ask("UpdateFirmware", location=location, retrieveDate="2026-01-01T00:00:00Z", retries=0)
    bench.chapter("installing")
    await bench.wait(30)
    return bench


async def firmware_updated(open: Open) -> Bench:
    bench = await _update(open, _HERE, _IMAGE)
    bench.notes["boot"] = next(i for i, one in enumerate(bench.office.said) if one.action == "BootNotification")
    return bench


async def firmware_not_there(open: Open) -> Bench:
    return await _update(open, _NOWHERE, b"")


async def firmware_damaged(open: Open) -> Bench:
    return await _update(open, _HERE, b"")


async def _signed_update(open: Open, *, forged: bool = False) -> Bench:
    bench = await open(today=True, provision=provision(open.pki), auth_key=KEY, firmware_version="1.0.0")
    bench.files = {_HERE: _IMAGE}
    bench.mark()
    signer = Signer(open.pki, ec_key("signer"))
    firmware = {
        "location": _HERE,
        "retrieveDateTime": timestamp(NOW),
        "signingCertificate": signer.certificate,
        "signature": signer.sign(b"something else" if forged else _IMAGE),
    }
    await bench.ask("SignedUpdateFirmware", requestId=5, firmware=firmware)
    bench.chapter("installing")
    await bench.wait(30)
    return bench


async def signed_firmware_updated(open: Open) -> Bench:
    return await _signed_update(open)


async def signed_firmware_forged(open: Open) -> Bench:
    return await _signed_update(open, forged=True)


def _back_in_service(record: Record) -> bool:
    return all(record.statuses(one)[-1:] == ["Available"] for one in (1, 2))


def _firmware() -> list[Proof]:
    event, rejected = "SecurityEventNotification", "signed-update-rejected"
    accepted = answers("SignedUpdateFirmware", status="Accepted")
    begin = ("Downloading", "Downloaded")
    return [
        *prove(
            firmware_updated,
            *_steps(_PLAIN, "044_1", 2, *begin, "Installing"),
            ("available-as-unavailable", within("boot", each_is("Available")), "044_1.R5"),
            ("firmware-installed-as-idle", _is(_PLAIN, 3, "Installed"), "044_1.R6"),
        ),
        *prove(firmware_not_there, *_steps(_PLAIN, "044_2", 3, "Downloading", "DownloadFailed")),
        *prove(
            firmware_damaged,
            *_steps(_PLAIN, "044_3", 2, *begin, "Installing", "InstallationFailed"),
            ("available-as-unavailable", _back_in_service, "044_3.R7"),
        ),
        *prove(
            signed_firmware_updated,
            (rejected, accepted, "080.R4"),
            *_steps(_SIGNED, "080", 5, *begin, "SignatureVerified", "Installing"),
            ("security-event-wrong security-events-missing", sends(event, type="FirmwareUpdated"), "080.R10"),
            ("available-as-unavailable", _back_in_service, "080.R11"),
            ("firmware-installed-as-idle", _is(_SIGNED, 4, "Installed"), "080.R12"),
        ),
        *prove(
            signed_firmware_forged,
            (rejected, accepted, "081.R3"),
            *_steps(_SIGNED, "081", 4, *begin, "InvalidSignature"),
            ("security-event-wrong security-events-missing", sends(event, type="InvalidFirmwareSignature"), "081.R7"),
        ),
    ]


# --- uploads ----------------------------------------------------------------------------------------------------------


async def _diagnostics(open: Open, location: str) -> Bench:
    bench = await open()
    bench.files = {_HERE: b""}
    bench.mark()
    await bench.ask("GetDiagnostics", location=location, retries=0)
    return bench


async def diagnostics_uploaded(open: Open) -> Bench:
    return await _diagnostics(open, _HERE)


async def diagnostics_not_uploaded(open: Open) -> Bench:
    return await _diagnostics(open, _NOWHERE)


async def security_log_uploaded(open: Open) -> Bench:
    bench = await open()
    bench.files = {_HERE: b""}
    bench.mark()
    await bench.ask("GetLog", requestId=1, logType="SecurityLog", log={"remoteLocation": _HERE})
    return bench


def _uploads() -> list[Proof]:
    diagnostics = "DiagnosticsStatusNotification"
    return [
        *prove(diagnostics_uploaded, *_steps(diagnostics, "045_1", 2, "Uploading", "Uploaded", what="file")),
        *prove(diagnostics_not_uploaded, *_steps(diagnostics, "045_2", 3, "Uploading", "UploadFailed", what="file")),
        *prove(
            security_log_uploaded,
            ("get-log-rejected", answers("GetLog", status="Accepted"), "079.R3"),
            *_steps("LogStatusNotification", "079", 4, "Uploading", "Uploaded", what="file"),
        ),
    ]


PROOFS = [*_firmware(), *_uploads()]
