"""How long the CSMS takes to answer (our definitions: docs/performance.md); the slowest answer decides."""

from harness.v16.csms.vocabulary import Station, Sut, Tags, case, rounds, states

ROUNDS = 20


@case(
    "PERF_RESPONSE_CSMS",
    "OCPP response time",
    profile="performance",
    ref="PICS, performance",
    needs=["performance-ocpp-response", "valid-tag"],
    rules={"R1": "Every CALL is answered within the response time that the product declares."},
)
async def test_response_time(station: Station, tags: Tags, connector: int, sut: Sut) -> None:
    async for _ in rounds(sut, ROUNDS):
        await station.sends("Heartbeat")
        charging = await states.charge(station, connector, tags.valid)
        await states.meter(station, charging)
        await states.stop(station, charging, "Local")
        await states.status(station, connector, "Available")
    station.answered_within(sut.performance.ocpp_response or 0, rule="R1")


@case(
    "PERF_AUTHORIZE_CSMS",
    "Response time Authorize",
    profile="performance",
    ref="PICS, performance",
    needs=["performance-authorize", "valid-tag"],
    rules={"R1": "Every Authorize is answered within the response time that the product declares for it."},
)
async def test_authorize_response_time(station: Station, tags: Tags, sut: Sut) -> None:
    async for _ in rounds(sut, ROUNDS):
        await states.authorize(station, tags.valid)
        await states.authorize_any(station, tags.unknown)
    station.answered_within(sut.performance.authorize_response or 0, action="Authorize", rule="R1")
