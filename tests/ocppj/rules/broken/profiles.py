"""Authorization, lists, reservations, smart charging and firmware (catalogue chapters 6 and 11 to 13)."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, after, exchange, told
from tests.ocppj.support.talk import RESERVE, accepted, authorized, period, remote_start, schedule, set_profile, tags

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
    Breach("LIST-03a", "a tag stands twice", exchange("csms", *tags("a1", "a2")), exchange("csms", *tags("a1", "A1"))),
    Breach(
        "LIST-07",
        "3 entries where SendLocalListMaxLength is 2",
        after(told(SendLocalListMaxLength="2"), exchange("csms", *tags("A1", "A2"))),
        after(told(SendLocalListMaxLength="2"), exchange("csms", *tags("A1", "A2", "A3"))),
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
)
