"""Where a station fetches firmware and leaves diagnostics, and how far it is with it (OCPP 1.6 §4.4, §4.5).

Files are moved indeed. What ``[files]`` of the SUT file names comes first; else the stand serves it, by a protocol that
the station takes.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from harness.case.verdicts import CaseFailure, Inconclusive
from harness.peers.counterpart import Request
from harness.peers.driving import EvDriver
from harness.sut.tables.driving import SimulatedDriver
from harness.v16.charge_point.csms import Csms

if TYPE_CHECKING:  # a server is large, and is there when it is wanted first
    from csms_core.files.server import Protocol
    from harness.bay.files import BayFiles, Shelf

MISSING: Final = "does_not_exist_"
"""What the name of a file that is not there begins with."""
IMAGE: Final = b"plugproof firmware for a simulated station\n" * 64
_PROTOCOLS: Final[tuple[tuple[str, "Protocol"], ...]] = (
    ("HTTP", "http"),
    ("FTP", "ftp"),
    ("HTTPS", "https"),
    ("FTPS", "ftps"),
)
"""Those that the stand serves, the simplest first: as claims and as addresses have them."""


async def image(csms: Csms) -> "tuple[str, Shelf | None]":
    """Where firmware is that can be installed; with the shelf, where the stand serves it. Raises ``Inconclusive``."""
    sut = csms.run.sut
    if sut.files.firmware is not None:
        return sut.files.firmware, None
    if not isinstance(sut.driver, SimulatedDriver):  # only its maker has firmware for a real station
        raise Inconclusive(f"files.firmware of {sut.source} names no firmware that the station can install")
    protocol, files = await _served(csms)
    version = sut.product.firmware_version or "1.0.0"
    shelf = await files.offers(protocol, f"{version}.bin", IMAGE)
    return shelf.url, shelf


async def missing_image(csms: Csms) -> str:
    """Where no firmware is: beside the one that the SUT file names, or at the stand."""
    firmware = csms.run.sut.files.firmware
    if firmware is not None:
        folder, _, name = firmware.rpartition("/")
        return f"{folder}/{MISSING}{name}"
    protocol, files = await _served(csms)
    return files.nowhere(protocol, f"{MISSING}firmware.bin")


async def missed(csms: Csms) -> list[float] | None:
    """When the station has asked for what is not there, in seconds; None where the firmware is served elsewhere."""
    if csms.run.sut.files.firmware is not None:
        return None
    _, files = await _served(csms)
    return files.missed


def was_tried(csms: Csms, failed: Request, times: Sequence[float], tries: int, pause: float, *, rule: str) -> None:
    """Check that a transfer was tried so often: what is asked for within half a ``pause`` belongs to one try."""
    made = bool(times) + sum(after - before > pause / 2 for before, after in pairwise(times))
    if made != tries:
        raise CaseFailure(
            "mismatch",
            expected=f"{tries} tries before {failed.name} says {failed['status']}",
            actual=f"the file was tried {made} times",
            rule=csms.run.failed(rule),
            seq=failed.seen.seq,
        )
    csms.run.judge(rule)


async def bad_image(csms: Csms, driver: EvDriver) -> str:
    """Where firmware is whose installation fails; without any, the station is made unable to install what is good."""
    bad = csms.run.sut.files.firmware_bad
    if bad is not None:
        return bad
    good, _ = await image(csms)
    await driver.break_firmware()
    return good


async def upload_place(csms: Csms) -> "tuple[str, Shelf | None]":
    """Where files can be left; with the shelf on which they are found afterwards, where it is the stand that takes."""
    upload = csms.run.sut.files.upload
    if upload is not None:
        return upload, None
    protocol, files = await _served(csms)
    shelf = files.awaits(protocol)
    return shelf.url, shelf


async def no_upload_place(csms: Csms) -> str:
    """Where nothing can be left."""
    protocol, files = await _served(csms)
    return files.nowhere(protocol, "")


async def reports(
    csms: Csms, status: str, *, rule: str, action: str = "FirmwareStatusNotification", after: Request | None = None
) -> Request:
    """The next status of an update or an upload, which may take long."""
    request = await csms.receives(action, rule=rule, within=csms.run.sut.timeouts.long_s, status=status)
    if after is not None:
        csms.received_before(after, request, rule=rule)
    return request


async def asks_for_diagnostics(csms: Csms, **members: Any) -> str:
    """GetDiagnostics; gives the name of the file.

    A station that names none has nothing to upload (S §5.9). Raises ``Inconclusive``.
    """
    answer = await csms.sends("GetDiagnostics", **members)
    if "fileName" not in answer.payload:
        raise Inconclusive("the station names no file: it has no diagnostics now")
    return str(answer["fileName"])


async def was_moved(csms: Csms, told: Request, shelf: "Shelf | None", *, rule: str) -> None:
    """Check what a station says: its firmware was fetched, or its file is there. Elsewhere nobody can see that."""
    if shelf is None:
        return
    if not await csms.until(lambda: shelf.fetches > 0 or bool(shelf.left), csms.run.sut.timeouts.message_s):
        raise CaseFailure(
            "mismatch",
            expected=f"a file that was moved to or from {shelf.url}",
            actual=f"{told.name} says {told['status']}, and none was",
            rule=csms.run.failed(rule),
            seq=told.seen.seq,
        )
    for name, path in shelf.left.items():
        csms.run.note(f"the station has left {name}, {path.stat().st_size} bytes")


def is_named(csms: Csms, told: Request, shelf: "Shelf | None", name: str, *, rule: str) -> None:
    """Check that the file that was left has this name."""
    if shelf is None:
        csms.leaves_out(rule, "the file was left elsewhere, where nobody can see its name")
        return
    if name not in shelf.left:
        raise CaseFailure(
            "mismatch",
            expected=f"a file named {name}",
            actual=f"the file is named {', '.join(shelf.left)}",
            rule=csms.run.failed(rule),
            seq=told.seen.seq,
        )
    csms.run.judge(rule)


async def may_have_reported(csms: Csms, status: str, *, rule: str, besides: tuple[str, ...] = ()) -> None:
    """A status that may be left out: whatever else was told since the order, ``besides`` what may be repeated."""
    seen = False
    while (request := await csms.may_receive("FirmwareStatusNotification", within=0)) is not None:
        if request.payload.get("status") not in besides:
            request.shows(rule=rule, status=status)
            seen = True
    if not seen:
        csms.leaves_out(rule, f"the station does not say {status}, as it need not")


async def _served(csms: Csms) -> "tuple[Protocol, BayFiles]":
    """The file server, and a protocol that the station takes; one of which nothing is known is taken to know HTTP."""
    claimed = csms.run.sut.features.file_transfer_protocols
    protocol = next(name for claim, name in _PROTOCOLS if claimed is None or claim in claimed)
    return protocol, await csms.stand.serves_files(protocol)
