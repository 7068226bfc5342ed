"""What Authorize is answered (OCPP 1.6 §4.1)."""

from harness.v16.csms.vocabulary import Station, Tags, case, one_of

_STATUSES = ("Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx")


@case(
    "AUTH-03_CSMS",
    "Whether somebody may charge is said in so many words",
    profile="rpc",
    ref="OCPP 1.6 §4.1",
    needs=["valid-tag"],
    rules={"R1": "Authorize is answered with a status, whether the CSMS knows the tag or not."},
)
async def test_every_answer_has_a_status(station: Station, tags: Tags) -> None:
    for tag in (tags.valid, tags.named("unknown")):
        answer = await station.sends("Authorize", rule="R1", idTag=tag)
        answer.shows(rule="R1", idTagInfo={"status": one_of(*_STATUSES)})
