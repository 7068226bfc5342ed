"""Ampere, watt and phases (OCPP 1.6 §7.13, §7.14, §9.4; rules SC-11, SC-12, CFG-10)."""

from collections.abc import Mapping
from typing import Any

from harness.v16.charge_point.vocabulary import Csms, Schedules, case, payloads, satisfies, states

_NEEDS = ["profiles.smart_charging"]
_S = 60
"""Seconds that a schedule is asked for."""
_LONG = 400
_DEFAULT = "TxDefaultProfile"
_ALLOWED = "ChargingScheduleAllowedChargingRateUnit"
_UNITS = {"Current": "A", "Power": "W"}
_VOLTS = (90, 290)
"""What a phase of any public grid has to neutral, generously."""


@case(
    "SC-11_1_CS",
    "A period without numberPhases is for three phases",
    profile="rpc",
    ref="OCPP 1.6 §7.14, erratum 3.34",
    needs=_NEEDS,
    rules={"R1": "Without numberPhases the station follows the same schedule as with three phases."},
)
async def test_missing_phases_are_three(csms: Csms, connector: int) -> None:
    schedules = Schedules(csms)
    told = []
    for number, phases in ((1101, {"numberPhases": 3}), (1102, {})):
        profile = schedules.profile(number, _DEFAULT, {0: 6}, duration=_LONG)
        (period,) = profile["chargingSchedule"]["chargingSchedulePeriod"]
        del period["numberPhases"]
        period |= phases
        await schedules.sets(connector, profile)
        told.append(await schedules.composite(connector, _S))

    (first, *_) = told[0].answer["chargingSchedule"]["chargingSchedulePeriod"]
    same = {"limit": first["limit"], "numberPhases": payloads.same_phases(first.get("numberPhases"))}
    told[1].answer.shows(rule="R1", **payloads.first_period(told[1].answer.payload, **same))


@case(
    "SC-11_2_CS",
    "More phases than there are leave the limit as it is",
    profile="rpc",
    ref="OCPP 1.6 §7.14, errata 3.34, 3.69",
    needs=_NEEDS,
    rules={"R1": "A limit in ampere is told as it was set, whatever number of phases the station uses."},
)
async def test_limit_is_as_it_was_set(csms: Csms, connector: int) -> None:
    if "A" not in await _units(csms):
        csms.leaves_out("R1", f"{_ALLOWED} is without Current")
        return
    schedules = Schedules(csms)
    profile = schedules.profile(1103, _DEFAULT, {0: 6}, duration=_LONG)
    profile["chargingSchedule"] |= {
        "chargingRateUnit": "A",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6, "numberPhases": 3}],
    }
    await schedules.sets(connector, profile)

    composite = await schedules.composite(connector, _S, unit="A")
    six = satisfies("6 A", lambda limit: isinstance(limit, int | float) and abs(limit - 6) < 0.1)
    composite.answer.shows(rule="R1", **payloads.first_period(composite.answer.payload, limit=six))


@case(
    "SC-12_CS",
    "Ampere are per phase, watt are the total",
    profile="rpc",
    ref="OCPP 1.6 §7.13, erratum 3.69",
    needs=_NEEDS,
    rules={"R1": "A limit that is asked for in the other unit is that of all phases in watt, of each phase in ampere."},
)
async def test_unit_of_a_limit(csms: Csms, connector: int) -> None:
    units = await _units(csms)
    if len(units) < len(_UNITS):
        csms.leaves_out("R1", f"{_ALLOWED} has one unit")
        return
    schedules = Schedules(csms)
    await schedules.sets(connector, schedules.profile(1201, _DEFAULT, {0: 6}, duration=_LONG))
    in_both = {}
    for unit in units:
        composite = await schedules.composite(connector, _S, unit=unit)
        (in_both[unit], *_) = composite.answer["chargingSchedule"]["chargingSchedulePeriod"]
    phases = in_both["A"].get("numberPhases", 3)
    if phases == 1:
        csms.leaves_out("R1", "the station uses one phase, of which the total is the same")
        return
    ampere = in_both["A"]["limit"]
    low, high = (ampere * phases * volts for volts in _VOLTS)
    total = satisfies(
        f"{low:g} to {high:g} W, as {phases} phases carry {ampere:g} A each", lambda watt: low <= watt <= high
    )
    answer = (await schedules.composite(connector, _S, unit="W")).answer
    answer.shows(rule="R1", **payloads.first_period(answer.payload, limit=total))


@case(
    "CFG-10_CS",
    "The units that the key names are those that are taken",
    profile="rpc",
    ref="OCPP 1.6 §9.4.2, erratum 3.88",
    needs=_NEEDS,
    rules={"R1": "Ampere are taken if the key names Current, and watt if it names Power."},
)
async def test_units_of_the_key(csms: Csms, connector: int) -> None:
    allowed, schedules = await _units(csms), Schedules(csms)
    for number, unit in enumerate(_UNITS.values(), 1301):
        profile = schedules.profile(number, _DEFAULT, {0: 6}, duration=_LONG)
        profile["chargingSchedule"] |= {
            "chargingRateUnit": unit,
            "chargingSchedulePeriod": [{"startPeriod": 0, "limit": payloads.LIMITS[unit]}],
        }
        asked: Mapping[str, Any] = {"connectorId": connector, "csChargingProfiles": profile}
        if unit in allowed:
            answer = await csms.sends("SetChargingProfile", rule="R1", **asked)
            answer.shows(status="Accepted")
        else:
            await csms.sends_in_vain(
                "SetChargingProfile", rule="R1", codes=["PropertyConstraintViolation", "NotSupported"], **asked
            )


async def _units(csms: Csms) -> tuple[str, ...]:
    """The units that the station says it takes."""
    named = (await states.configuration(csms, _ALLOWED)).get(_ALLOWED, (None, True))[0] or ""
    return tuple(_UNITS[name] for name in (item.strip() for item in named.split(",")) if name in _UNITS)
