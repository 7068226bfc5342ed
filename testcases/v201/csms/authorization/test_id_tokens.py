"""What an idToken is worth (OCPP 2.0.1 Part 2, C01, C04, C06, C12)."""

from harness.v201.csms.vocabulary import IdTokens, Station, case, one_of


@case(
    "TC_C_02_CSMS",
    "Local start transaction - Authorization Invalid/Unknown",
    profile="core",
    ref="OCPP 2.0.1 Part 2, C01.FR.07, C04.FR.01, C06.FR.04",
    rules={"R1": "An idToken that the CSMS does not know is Invalid or Unknown."},
)
async def test_unknown_token_is_refused(station: Station, id_tokens: IdTokens) -> None:
    answer = await station.sends("Authorize", idToken=id_tokens.unknown)
    answer.shows(rule="R1", idTokenInfo={"status": one_of("Invalid", "Unknown")})


@case(
    "TC_C_06_CSMS",
    "Local start transaction - Authorization Blocked",
    profile="core",
    ref="OCPP 2.0.1 Part 2, C01.FR.07",
    needs=["blocked-tag"],
    rules={"R1": "An idToken that has been blocked is Blocked or Invalid."},
)
async def test_blocked_token_is_refused(station: Station, id_tokens: IdTokens) -> None:
    answer = await station.sends("Authorize", idToken=id_tokens.blocked)
    answer.shows(rule="R1", idTokenInfo={"status": one_of("Blocked", "Invalid")})


@case(
    "TC_C_08_CSMS",
    "Authorization through authorization cache - Accepted",
    profile="core",
    ref="OCPP 2.0.1 Part 2, C12.FR.03",
    needs=["valid-tag"],
    rules={"R1": "A transaction with a valid idToken is accepted although no Authorize came before it."},
)
async def test_cached_token_is_accepted(station: Station, ev_connected: None, id_tokens: IdTokens) -> None:
    answer = await station.tells("Authorized", idToken=id_tokens.valid)
    answer.shows(rule="R1", idTokenInfo={"status": "Accepted"})
