"""Which charging profile goes to which connector (OCPP 1.6 §3.13.1; errata 3.53)."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, case, payloads


@case(
    "SC-01_CSMS",
    "The profile of the whole station",
    profile="rpc",
    ref="OCPP 1.6 §3.13.1, errata 3.53",
    needs=["profiles.smart_charging", "max-profile"],
    rules={"R1": "A ChargePointMaxProfile is set for connector 0, which is the station as a whole."},
)
async def test_max_profile(station: Station, operator: Operator, sut: Sut) -> None:
    chosen = payloads.profile(sut, 1, "ChargePointMaxProfile")
    await operator.set_charging_profile(station, connectorId=0, csChargingProfiles=chosen)
    request = await station.receives(
        "SetChargingProfile",
        rule="R1",
        connectorId=0,
        csChargingProfiles={"chargingProfilePurpose": "ChargePointMaxProfile"},
    )
    await request.answered(status="Accepted")
