"""Payloads that several cases have an operator ask for, and what is expected of them on the wire.

Times are computed when a payload is made; powers and currents are those of the catalogue: 6 ampere or 6000 watt.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from random import randrange
from typing import Any, Final

from harness.sut import Sut
from ocppj import times
from ocppj.matchers import MISSING, Matcher, absent, one_of, present, satisfies
from ocppj.times import timestamp

Payload = dict[str, Any]

LARGEST: Final = 2**31 - 1
"""The largest integer of OCPP (S chapter 6)."""

LIMITS: Final[Mapping[str, float]] = {"A": 6.0, "W": 6000.0}
"""The limit of a charging profile by its chargingRateUnit, ampere or watt."""

VALID_SECONDS: Final = 86_400
"""Seconds between validFrom and validTo of a charging profile."""

FIRMWARE: Final = "ftp://127.0.0.1/plugproof/firmware.bin"
FIRMWARE_BAD: Final = "ftp://127.0.0.1/plugproof/no-firmware.bin"
UPLOAD: Final = "ftp://127.0.0.1/plugproof/uploads"
"""Locations for a SUT file without ``[files]``: the station only reports on transfers, so nothing is ever moved."""

whole: Final = satisfies("an integer", lambda value: type(value) is int)


def later(seconds: float) -> str:
    """The time ``seconds`` from now as OCPP writes it: UTC with Z, milliseconds (S §3.14)."""
    return timestamp(datetime.now(UTC) + timedelta(seconds=seconds))


def elsewhere(seconds: float, hours: int) -> str:
    """The time ``seconds`` from now as a clock shows it that is ``hours`` ahead of UTC: with an offset (S §3.15)."""
    moment = datetime.now(timezone(timedelta(hours=hours))) + timedelta(seconds=seconds)
    return moment.isoformat(timespec="milliseconds")


def retrieve_date(sut: Sut) -> str:
    """From when on a station may fetch firmware: ``keys.retrieve_ahead_s`` from now, as now is past on arrival."""
    return later(sut.keys.retrieve_ahead_s)


def about(moment: str, seconds: float) -> Matcher:
    """The same moment, however it is written; ``seconds``: by how much it may be off."""
    wanted = times.moment(moment)

    def close(value: Any) -> bool:
        try:
            return abs((times.moment(value) - wanted).total_seconds()) <= seconds
        except (AttributeError, ValueError):  # no text, or no moment
            return False

    return satisfies(f"{moment}, give or take {seconds:g} s", close)


# --- reservation (S §5.13) -------------------------------------------------------------------------------------------


def reservation(sut: Sut, connectorId: int, idTag: str, **members: Any) -> Payload:
    """A ReserveNow that expires ``keys.reservation_offset_s`` seconds from now.

    Its id is drawn, as one that a station knows already would replace that reservation.
    """
    return {
        "connectorId": connectorId,
        "idTag": idTag,
        "expiryDate": later(sut.keys.reservation_offset_s),
        "reservationId": randrange(1, LARGEST),
        **members,
    }


# --- local list (S §5.15) --------------------------------------------------------------------------------------------


_FIRST_VERSION: Final = datetime(2020, 1, 1, tzinfo=UTC)
_VERSIONS_A_SECOND: Final = 4
_given: list[int] = [0]
"""The version that this process gave last."""


def list_version() -> int:
    """A version above those of earlier cases and runs, which a CSMS may remember; the one after it is free, too.

    Versions follow the clock, so that they grow from run to run; they are within an integer of OCPP until 2037.
    """
    by_the_clock = int((datetime.now(UTC) - _FIRST_VERSION).total_seconds() * _VERSIONS_A_SECOND)
    _given[0] = max(by_the_clock, _given[0] + 2)
    return _given[0]


def entries(*tags: str) -> list[Payload]:
    """Accepted entries of a local list."""
    return [{"idTag": tag, "idTagInfo": {"status": "Accepted"}} for tag in tags]


def each(payload: Any, member: str, expected: Payload) -> Payload:
    """Expect the same of every item of a list, and that it has one."""
    items = payload.get(member) if isinstance(payload, dict) else None
    return {member: [expected] * max(len(items) if isinstance(items, list) else 0, 1)}


# --- smart charging (S §3.13, §7.8) ----------------------------------------------------------------------------------


def profile(sut: Sut, number: int, purpose: str, **members: Any) -> Payload:
    """An Absolute charging profile of one period with the ``[smart]`` settings; valid for a day.

    It begins ``smart.start_ahead_s`` from now: what begins now is past when it arrives.
    """
    begin = later(sut.smart.start_ahead_s)
    return {
        "chargingProfileId": number,
        "stackLevel": sut.smart.stack_level,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
        "validFrom": begin,
        "validTo": later(sut.smart.start_ahead_s + VALID_SECONDS),
        "chargingSchedule": {**schedule(sut), "startSchedule": begin},
        **members,
    }


def schedule(sut: Sut) -> Payload:
    """A charging schedule of ``smart.duration_s`` seconds with one limit (S §7.13)."""
    unit = sut.smart.rate_unit
    period = {"startPeriod": 0, "limit": LIMITS[unit], "numberPhases": sut.smart.phases}
    return {"duration": sut.smart.duration_s, "chargingRateUnit": unit, "chargingSchedulePeriod": [period]}


def first_period(profile: Any, **members: Any) -> Payload:
    """Expect something of the first period of a profile, however many there are."""
    found = profile.get("chargingSchedule") if isinstance(profile, dict) else None
    periods = found.get("chargingSchedulePeriod") if isinstance(found, dict) else None
    others = len(periods) - 1 if isinstance(periods, list) else 0
    return {"chargingSchedule": {"chargingSchedulePeriod": [members, *({} for _ in range(others))]}}


def phases(sut: Sut) -> Matcher:
    """``smart.phases``; three may be left out, as that is what a missing numberPhases means (S §7.14)."""
    return same_phases(sut.smart.phases)


def same_phases(told: int | None) -> Matcher:
    """This numberPhases; a missing one, ``None``, means three (S §7.14)."""
    return one_of(3, MISSING) if told in (3, None) else one_of(told)


def if_absolute(profile: Any) -> Payload:
    """Expect of a profile that is Absolute everything that fixes it in time; nothing of another one."""
    if not isinstance(profile, dict) or profile.get("chargingProfileKind") != "Absolute":
        return {}
    fixed = {"startSchedule": present, "duration": present}
    return {"validFrom": present, "validTo": present, "chargingSchedule": fixed}


def if_relative(profile: Any) -> Payload:
    """Expect of a profile that is Relative that it has no fixed start; nothing of another one."""
    if not isinstance(profile, dict) or profile.get("chargingProfileKind") != "Relative":
        return {}
    return {"chargingSchedule": {"startSchedule": absent}}
