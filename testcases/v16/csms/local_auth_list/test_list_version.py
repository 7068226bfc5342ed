"""Asking for the version of the local list (OCPP 1.6 §5.10): not supported by the station, and empty."""

from harness.v16.csms.vocabulary import Operator, Station, case

_RULES = {"R1": "The station is asked for the version of its local list."}


@case(
    "TC_042_1_CSMS",
    "Get Local List Version (not supported)",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.10",
    rules=_RULES,
    version=-1,
)
@case(
    "TC_042_2_CSMS",
    "Get Local List Version (empty)",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.10",
    needs=["local-list-version"],
    rules=_RULES,
    version=0,
)
async def test_list_version(station: Station, operator: Operator, version: int) -> None:
    await operator.get_local_list_version(station)
    request = await station.receives("GetLocalListVersion", rule="R1")
    await request.answered(listVersion=version)
