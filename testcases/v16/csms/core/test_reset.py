"""Reset (OCPP 1.6 §5.14): the kind the operator chose is asked for, and the station is accepted again."""

from typing import Literal

from harness.v16.csms.vocabulary import Operator, Station, case, states


@case(
    "TC_013_CSMS",
    "Hard Reset",
    profile="core",
    ref="OCPP 1.6 §5.14",
    rules={
        "R1": "A hard reset is asked for as type Hard.",
        "R3": "The station is accepted when it boots after the reset.",
    },
    kind="Hard",
)
@case(
    "TC_014_CSMS",
    "Soft Reset",
    profile="core",
    ref="OCPP 1.6 §5.14",
    rules={
        "R1": "A soft reset is asked for as type Soft.",
        "R3": "The station is accepted when it boots after the reset.",
    },
    kind="Soft",
)
async def test_reset_and_boot(station: Station, operator: Operator, kind: Literal["Hard", "Soft"]) -> None:
    await operator.reset(station, type=kind)
    request = await station.receives("Reset", rule="R1", type=kind)
    await request.answered(status="Accepted")
    await station.restarts()

    await station.connects()
    answer = await states.boots(station)
    answer.shows(rule="R3", status="Accepted")
    await states.available(station)
