"""Firmware and diagnostics: the order of their statuses (OCPP 1.6 §4.4, §4.5, §5.9, §5.19)."""

from collections.abc import Mapping
from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.known import Known
from ocppj.rules.members import moment, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule("FW-01", "MUST", "S §5.19, E 3.63", "The download does not begin before retrieveDate.", "station")
CHAPTER.rule(
    "FW-02",
    "MUST",
    "S §4.5, E 3.12, 3.47",
    "Each step of an update is told: Downloading, Downloaded, Installing, Installed, or the failure of one.",
    "station",
)
CHAPTER.rule(
    "FW-03",
    "MUST",
    "E 3.48, 3.49",
    "A valid image is installed; where charging cannot go on the station waits for it to end, with free connectors"
    " Unavailable.",
    "station",
)
CHAPTER.rule(
    "FW-04",
    "MUST",
    "S §5.9, E 3.31",
    "GetDiagnostics is answered with the name of a file, or with none if there is none; its upload is told.",
    "station",
)
CHAPTER.rule("FW-05", "MUST", "E 3.50", "retries are the repetitions after the first attempt.", "station")
CHAPTER.rule("FW-06", "MUST", "S §4.4, §4.5", "Every status of a transfer is taken, in any order.", "csms")

_NONE: Final = ""
"""Since the request no status was told."""

_LAST: Final = ("Installed", "InstallationFailed", "Uploaded")
_REPEATED: Final = ("DownloadFailed", "UploadFailed")

_NEXT: Final[Mapping[str, tuple[str, ...]]] = {
    _NONE: ("Downloading", "DownloadFailed"),
    "Downloading": ("Downloaded", "DownloadFailed"),
    "Downloaded": ("Downloading", "Installing", "InstallationFailed"),
    "DownloadFailed": ("Downloading",),
    "Installing": ("Installed", "InstallationFailed"),
    "InstallationFailed": ("Downloading", "Installing"),
    "Installed": ("Downloading",),
}
"""The statuses that may follow each one; the same one may be told again, and Idle is told when it is asked for."""


class Transfer(msgspec.Struct):
    """What was asked for last on the connection ``line``, and how far it has come.

    ``status`` is the last one, ``None`` while it is not known; ``failures`` are attempts that failed and were repeated,
    ``retries`` how many repetitions were asked for. ``has_no_file``: there is nothing to upload. ``is_over``: nothing
    goes on, so that what is told next is about what is asked for next.
    """

    line: int = 0
    status: str | None = None
    retries: int | None = None
    failures: int = 0
    not_before: str | None = None
    has_no_file: bool = False
    is_over: bool = False

    def begin(self, line: int, retries: int | None, not_before: str | None) -> None:
        """Something is asked for; while another one goes on, nobody knows which of them is told of."""
        self.status, self.retries, self.not_before = (_NONE, retries, not_before) if self.is_over else (None,) * 3
        self.line, self.failures, self.is_over, self.has_no_file = line, 0, False, False

    def tell(self, line: int, status: str) -> None:
        """A status was told."""
        if line != self.line:  # what was told between the two connections may be lost
            self.line, self.status, self.retries, self.has_no_file = line, None, None, False
        if self.status in _REPEATED and status != self.status:
            self.failures += 1
        self.status, self.not_before = status, None
        self.is_over = status in _LAST or (
            status in _REPEATED and self.retries is not None and self.failures >= self.retries
        )


class Firmware(Transfer):
    """An update."""


class Diagnostics(Transfer):
    """An upload of diagnostics."""


def begins_unasked(known: Known) -> None:
    """The station is about to begin an update that no CSMS has asked for, and says so to who judges it on its own side:
    what it tells then is no repetition of what it was asked for before.
    """
    update = known.find(Firmware)
    if update is not None:
        update.status = update.retries = None


def _now(kind: type[Transfer], view: View) -> Transfer | None:
    """What goes on, if all of it was seen on this connection."""
    known = view.memory.known.find(kind)
    return known if known is not None and known.line == view.number else None


@CHAPTER.judges("FW-01", "call", actions=("FirmwareStatusNotification",))
def not_too_early(seen: Seen, view: View) -> Remark | None:
    known, wall = _now(Firmware, view), view.wall
    if known is None or wall is None or known.not_before is None or payload(seen)["status"] != "Downloading":
        return None
    early = moment(known.not_before) - wall.now(seen.at)
    if early <= wall.deviation:
        return None
    return Remark(f"Downloading is told {early:.0f} s before the retrieveDate {known.not_before}", path=("status",))


@CHAPTER.judges("FW-02", "call", actions=("FirmwareStatusNotification",))
def step_by_step(seen: Seen, view: View) -> Remark | None:
    known, status = _now(Firmware, view), payload(seen)["status"]
    if known is None or known.status is None or status in ("Idle", known.status) or status in _NEXT[known.status]:
        return None
    text = f"{status} is told after {known.status}" if known.status else f"{status} is the first status of an update"
    return Remark(text, path=("status",))


@CHAPTER.judges("FW-04", "call", actions=("DiagnosticsStatusNotification",))
def uploads_what_there_is(seen: Seen, view: View) -> Remark | None:
    known, status = _now(Diagnostics, view), payload(seen)["status"]
    if known is None or not known.has_no_file or status == "Idle":
        return None
    return Remark(f"status is {status}, and GetDiagnostics was answered without a file", path=("status",))


@CHAPTER.judges("FW-05", "call", actions=("FirmwareStatusNotification",))
def repeats_as_often_as_asked(seen: Seen, view: View) -> Remark | None:
    return _too_often(_now(Firmware, view), payload(seen)["status"], "DownloadFailed", "Downloading")


@CHAPTER.judges("FW-05", "call", actions=("DiagnosticsStatusNotification",))
def uploads_as_often_as_asked(seen: Seen, view: View) -> Remark | None:
    return _too_often(_now(Diagnostics, view), payload(seen)["status"], "UploadFailed", "Uploading")


def _too_often(known: Transfer | None, status: str, failed: str, begun: str) -> Remark | None:
    if known is None or known.retries is None or known.retries < 0 or status != begun or known.status != failed:
        return None
    if known.failures < known.retries:
        return None
    return Remark(f"attempt {known.failures + 2} begins, retries is {known.retries}", path=("status",))


# --- what is learned --------------------------------------------------------------------------------------------------


def _begin(kind: type[Transfer], seen: Seen, view: View) -> None:
    known = view.memory.known
    transfer = known.find(kind)
    if transfer is None:
        transfer = known.of(kind)
        transfer.is_over = known.registration is not None  # since its boot everything was seen
    transfer.begin(view.number, payload(seen).get("retries"), payload(seen).get("retrieveDate"))


@CHAPTER.learns("call", "UpdateFirmware")
def is_to_be_updated(seen: Seen, view: View) -> None:
    _begin(Firmware, seen, view)


@CHAPTER.learns("call", "FirmwareStatusNotification")
def is_updated(seen: Seen, view: View) -> None:
    if payload(seen)["status"] != "Idle":
        view.memory.known.of(Firmware).tell(view.number, payload(seen)["status"])


@CHAPTER.learns("call", "GetDiagnostics")
def is_to_be_uploaded(seen: Seen, view: View) -> None:
    _begin(Diagnostics, seen, view)


@CHAPTER.learns("result", "GetDiagnostics")
def is_named(seen: Seen, view: View) -> None:
    known = view.memory.known.of(Diagnostics)
    known.has_no_file = not payload(seen).get("fileName") and known.status == _NONE and known.line == view.number


@CHAPTER.learns("call", "DiagnosticsStatusNotification")
def is_uploaded(seen: Seen, view: View) -> None:
    if payload(seen)["status"] != "Idle":
        view.memory.known.of(Diagnostics).tell(view.number, payload(seen)["status"])


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    for kind in (Firmware, Diagnostics):
        known = view.memory.known.find(kind)
        if known is not None:
            known.line = 0
