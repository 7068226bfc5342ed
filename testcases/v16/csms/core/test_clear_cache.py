"""Clearing the authorization cache (OCPP 1.6 §5.4)."""

from harness.v16.csms.vocabulary import Operator, Station, case


@case(
    "TC_061_CSMS",
    "Clear Authorization Data in Authorization Cache",
    profile="core",
    ref="OCPP 1.6 §5.4",
    needs=["clear-cache"],
    rules={"R1": "The station is told to clear its cache."},
)
async def test_clear_cache(station: Station, operator: Operator) -> None:
    await operator.clear_cache(station)
    request = await station.receives("ClearCache", rule="R1")
    await request.answered(status="Accepted")
