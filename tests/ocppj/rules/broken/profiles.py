"""Authorization, lists, reservations, smart charging and firmware (catalogue chapters 6 and 11 to 13)."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, Conversation, after, exchange, told
from tests.ocppj.rules.broken.said import agreed, boots, meters, one, passes, refused, restarts, sets, starts, stops
from tests.ocppj.support.talk import (
    NOW,
    RESERVE,
    accepted,
    asked_for_schedule,
    authorized,
    period,
    remote_start,
    schedule,
    set_profile,
    tags,
)


def sends(version: int, status: str = "Accepted", *, kind: str = "Differential", tag: str = "A1") -> Conversation:
    action, members, _ = tags(tag, listVersion=version, updateType=kind)
    return exchange("csms", action, members, {"status": status})


def has_version(version: int) -> Conversation:
    return one("csms", "GetLocalListVersion", {"listVersion": version})


def reserves(connector: int = 1, status: str = "Accepted", **changes: object) -> Conversation:
    return agreed("ReserveNow", status, **{**RESERVE, "connectorId": connector, **changes})


def cancels(status: str = "Accepted") -> Conversation:
    return agreed("CancelReservation", status, reservationId=5)


def clears(status: str = "Accepted", **members: object) -> Conversation:
    return agreed("ClearChargingProfile", status, **members)


def sets_for(transaction: int, *, connector: int = 1, status: str = "Accepted", id: int = 1) -> Conversation:
    """A TxProfile."""
    profile = {"chargingProfilePurpose": "TxProfile", "transactionId": transaction}
    return sets(id, connector, status=status, **profile)


def composite(**members: object) -> Conversation:
    action, call, answer = asked_for_schedule()
    return exchange("csms", action, {**call, "chargingRateUnit": "A"}, {**answer, **members})


def updates(retrieve: str = NOW, **members: object) -> Conversation:
    return one("csms", "UpdateFirmware", location="http://localhost/f", retrieveDate=retrieve, **members)


def firmware(*statuses: str) -> Conversation:
    return after(passes(0), *(one("station", "FirmwareStatusNotification", status=status) for status in statuses))


def diagnostics(*statuses: str) -> Conversation:
    return after(passes(0), *(one("station", "DiagnosticsStatusNotification", status=status) for status in statuses))


def fetches(answer: dict[str, str], **members: object) -> Conversation:
    return one("csms", "GetDiagnostics", answer, location="ftp://localhost/", **members)


HELD = after(boots, reserves(), passes(60))
"""Connector 1 has been reserved for A1 by 5 for a minute."""
ONE_PROFILE = sets(1)
TWO_PROFILES = after(sets(1), sets(2))
"""The second one takes the place of the first."""

BREACHES: Final = (
    Breach(
        "AUTH-03a",
        "Accepted, with an expiryDate that is over",
        exchange("station", *authorized(expiryDate="2026-11-21T11:00:00Z")),
        exchange("station", *authorized(expiryDate="2026-11-21T09:00:00Z")),
    ),
    Breach(
        "LIST-02",
        "a list with the version 0",
        exchange("csms", *tags("A1")),
        exchange("csms", *tags("A1", listVersion=0)),
    ),
    Breach("LIST-01", "a version of -2", has_version(-1), has_version(-2)),
    Breach(
        "LIST-01",
        "version 3 where lists are NotSupported",
        after(sends(3, "NotSupported", kind="Full"), has_version(-1)),
        after(sends(3, "NotSupported", kind="Full"), has_version(3)),
    ),
    Breach(
        "LIST-01",
        "version 0 of a list with entries",
        after(sends(3, kind="Full"), has_version(3)),
        after(sends(3, kind="Full"), has_version(0)),
    ),
    Breach(
        "LIST-04",
        "a Differential list with the stored version",
        after(has_version(3), sends(3, "VersionMismatch"), sends(4, kind="Full"), sends(5)),
        after(has_version(3), sends(3)),
    ),
    Breach(
        "LIST-05",
        "a Differential list after one that Failed",
        after(sends(3, "Failed"), sends(4, kind="Full"), sends(5)),
        after(sends(3, "Failed"), sends(4)),
    ),
    Breach("LIST-03a", "a tag stands twice", exchange("csms", *tags("a1", "a2")), exchange("csms", *tags("a1", "A1"))),
    Breach(
        "LIST-07",
        "3 entries where SendLocalListMaxLength is 2",
        after(told(SendLocalListMaxLength="2"), exchange("csms", *tags("A1", "A2"))),
        after(told(SendLocalListMaxLength="2"), exchange("csms", *tags("A1", "A2", "A3"))),
    ),
    Breach(
        "TX-16",
        "a transaction at a reserved connector does not name the reservation",
        after(HELD, starts(reservationId=5)),
        after(HELD, starts()),
    ),
    Breach(
        "RES-01",
        "a connector is reserved, and its transaction runs on",
        after(starts(), passes(60), reserves(status="Occupied"), passes(60), meters()),
        after(starts(), passes(60), reserves(), passes(60), meters()),
    ),
    Breach(
        "RES-02",
        "connector 0 is reserved, and ReserveConnectorZeroSupported is false",
        after(told(ReserveConnectorZeroSupported="false"), reserves(0, "Rejected")),
        after(told(ReserveConnectorZeroSupported="false"), reserves(0)),
    ),
    Breach(
        "RES-03",
        "a transaction of another tag at a reserved connector",
        after(HELD, starts(connector=2, tag="B2")),
        after(HELD, starts(tag="B2")),
    ),
    Breach(
        "RES-05",
        "a reservation is cancelled twice",
        after(HELD, cancels(), cancels("Rejected")),
        after(HELD, cancels(), cancels()),
    ),
    Breach(
        "RES-04a",
        "an expiryDate that is over",
        exchange("csms", *accepted("ReserveNow", **RESERVE)),
        exchange("csms", *accepted("ReserveNow", **{**RESERVE, "expiryDate": "2026-11-21T09:00:00Z"})),
    ),
    Breach(
        "RMT-03",
        "a TxDefaultProfile in a remote start",
        exchange("csms", *remote_start()),
        exchange("csms", *remote_start(chargingProfilePurpose="TxDefaultProfile")),
    ),
    Breach(
        "SC-01",
        "a ChargePointMaxProfile at connector 1",
        exchange("csms", *set_profile(0, chargingProfilePurpose="ChargePointMaxProfile")),
        exchange("csms", *set_profile(1, chargingProfilePurpose="ChargePointMaxProfile")),
        party="csms",
    ),
    Breach(
        "SC-02",
        "a TxProfile is Accepted for a transaction that has ended",
        after(starts(), stops(), passes(1), sets_for(7, status="Rejected")),
        after(starts(), stops(), passes(1), sets_for(7)),
    ),
    Breach(
        "SC-02",
        "a TxProfile is Accepted for a transaction of another connector",
        after(starts(), starts(8, connector=2), passes(1), sets_for(8, connector=2)),
        after(starts(), starts(8, connector=2), passes(1), sets_for(8, connector=1)),
    ),
    Breach(
        "SC-02",
        "a TxProfile is Accepted for a transaction that does not run there",
        after(starts(), passes(1), sets_for(7)),
        after(starts(), passes(1), sets_for(9)),
    ),
    Breach(
        "SC-03",
        "a profile is cleared that another one had replaced",
        after(TWO_PROFILES, clears("Unknown", id=1), clears(id=2)),
        after(TWO_PROFILES, clears(id=1)),
    ),
    Breach(
        "SC-13",
        "a profile is cleared twice",
        after(ONE_PROFILE, clears(id=1), clears("Unknown", id=1)),
        after(ONE_PROFILE, clears(id=1), clears(id=1)),
    ),
    Breach(
        "SC-13",
        "no profile is found where one has what is named",
        after(sets(1), sets(2, 2, stackLevel=1), clears("Unknown", connectorId=1, stackLevel=1), clears()),
        after(sets(1), sets(2, 2, stackLevel=1), clears("Unknown", connectorId=2, stackLevel=1)),
    ),
    Breach(
        "SC-14",
        "a composite schedule for another connector",
        exchange("csms", *asked_for_schedule()),
        composite(connectorId=2),
    ),
    Breach(
        "SC-14",
        "a composite schedule with a startSchedule",
        exchange("csms", *asked_for_schedule(duration=60)),
        exchange("csms", *asked_for_schedule(startSchedule=NOW)),
    ),
    Breach("SC-14", "a composite schedule in another unit", composite(), composite(**schedule(chargingRateUnit="W"))),
    Breach(
        "SC-14",
        "a composite schedule for longer than was asked for",
        composite(**schedule(duration=59)),
        composite(**schedule(duration=61)),
    ),
    Breach(
        "SC-14",
        "a period behind what was asked for",
        composite(**schedule(period(), period(startPeriod=59))),
        composite(**schedule(period(), period(startPeriod=60))),
    ),
    Breach(
        "SC-14",
        "a composite schedule that begins in an hour",
        composite(scheduleStart="2026-11-21T10:00:03Z"),
        composite(scheduleStart="2026-11-21T11:00:00Z"),
        level="SHOULD",
    ),
    Breach(
        "SC-15",
        "a profile is gone after a boot",
        after(ONE_PROFILE, restarts, clears(id=1)),
        after(ONE_PROFILE, restarts, clears("Unknown")),
    ),
    Breach(
        "SC-16",
        "a TxProfile is cleared after its transaction",
        after(starts(), sets_for(7), stops(), passes(1), clears("Unknown", id=1)),
        after(starts(), sets_for(7), stops(), passes(1), clears(id=1)),
    ),
    Breach(
        "SC-04a", "a stackLevel of -1", exchange("csms", *set_profile()), exchange("csms", *set_profile(stackLevel=-1))
    ),
    Breach(
        "SC-07",
        "a first startPeriod of 1",
        exchange("csms", *set_profile()),
        exchange("csms", *set_profile(**schedule(period(startPeriod=1)))),
        party="csms",
    ),
    Breach(
        "SC-09",
        "a recurrencyKind in an Absolute profile",
        exchange("csms", *set_profile(chargingProfileKind="Recurring", recurrencyKind="Daily")),
        exchange("csms", *set_profile(recurrencyKind="Daily")),
        party="csms",
    ),
    Breach(
        "SC-10a",
        "a validTo that is over",
        exchange("csms", *set_profile(validTo="2026-11-22T10:00:00Z")),
        exchange("csms", *set_profile(validTo="2026-11-20T10:00:00Z")),
    ),
    Breach(
        "SC-11a",
        "4 phases",
        exchange("csms", *set_profile(**schedule(period(numberPhases=3)))),
        exchange("csms", *set_profile(**schedule(period(numberPhases=4)))),
        party="csms",
    ),
    Breach(
        "SC-12a",
        "a limit below 0",
        exchange("csms", *set_profile(**schedule(period(limit=0)))),
        exchange("csms", *set_profile(**schedule(period(limit=-1)))),
        party="csms",
    ),
    Breach(
        "SC-18",
        "a stackLevel above ChargeProfileMaxStackLevel",
        after(told(ChargeProfileMaxStackLevel="3"), exchange("csms", *set_profile(stackLevel=3))),
        after(told(ChargeProfileMaxStackLevel="3"), exchange("csms", *set_profile(stackLevel=4))),
    ),
    Breach(
        "FW-01",
        "a download two minutes before its retrieveDate",
        after(boots, updates("2026-11-21T10:02:00Z"), passes(118), firmware("Downloading")),
        after(boots, updates("2026-11-21T10:02:00Z"), firmware("Downloading")),
    ),
    Breach(
        "FW-02",
        "an update begins with Downloaded",
        after(boots, updates(), firmware("Downloading", "Downloading", "Downloaded", "Installing", "Installed")),
        after(boots, updates(), firmware("Downloaded")),
    ),
    Breach(
        "FW-02",
        "Installed after Downloading",
        firmware("Downloading", "Downloaded", "InstallationFailed"),
        firmware("Downloading", "Installed"),
    ),
    Breach(
        "FW-04",
        "an upload, and no file was named",
        after(boots, fetches({"fileName": "log"}), diagnostics("Uploading", "Uploaded")),
        after(boots, fetches({}), diagnostics("Uploading")),
    ),
    Breach(
        "FW-05",
        "three downloads where retries is 1",
        after(boots, updates(retries=1), firmware("Downloading", *["DownloadFailed", "Downloading"] * 1)),
        after(boots, updates(retries=1), firmware("Downloading", *["DownloadFailed", "Downloading"] * 2)),
    ),
    Breach(
        "FW-05",
        "two uploads where retries is 0",
        after(boots, fetches({"fileName": "log"}, retries=0), diagnostics("Uploading", "UploadFailed")),
        after(boots, fetches({"fileName": "log"}, retries=0), diagnostics("Uploading", "UploadFailed", "Uploading")),
    ),
    Breach(
        "FW-06",
        "a status of a transfer is refused",
        refused("FirmwareStatusNotification", "NotSupported", status="Installed"),
        refused("FirmwareStatusNotification", "PropertyConstraintViolation", status="Installed"),
    ),
)
