"""Starting at the station (OCPP 2.0.1 Part 2, E02, E03): plugged in first, identified first."""

from harness.v201.csms.vocabulary import IdTokens, Station, case, states


@case(
    "TC_E_03_CSMS",
    "Local start transaction - Cable plugin first - Success",
    profile="core",
    ref="OCPP 2.0.1 Part 2, E02.FR.02",
    needs=["valid-tag"],
    rules={
        "R1": "A valid idToken is accepted when it is shown, and again in the transaction that the cable began.",
        "R2": "That the EV charges is acknowledged.",
    },
)
async def test_session_with_cable_first(station: Station, ev_connected: None, id_tokens: IdTokens) -> None:
    await states.authorized(station, id_tokens.valid, rule="R1")
    await states.energy_transfer(station, rule="R2")


@case(
    "TC_E_04_CSMS",
    "Local start transaction - Authorization first - Success",
    profile="core",
    ref="OCPP 2.0.1 Part 2, E03.FR.02",
    needs=["valid-tag"],
    rules={
        "R1": "A valid idToken is accepted when it is shown, and again when its transaction starts.",
        "R2": "The cable, and that the EV charges, are acknowledged.",
    },
)
async def test_session_with_identification_first(station: Station, id_tokens: IdTokens) -> None:
    await states.authorized(station, id_tokens.valid, rule="R1")
    await states.energy_transfer(station, rule="R2")
