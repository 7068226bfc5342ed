"""What follows when the list of a station and that of the CSMS have come apart (OCPP 1.6 §5.15)."""

from harness.v16.csms.vocabulary import Operator, Station, Tags, case, payloads, states


@case(
    "LIST-05_CSMS",
    "A list is sent anew after a mismatch",
    profile="rpc",
    ref="OCPP 1.6 §5.15",
    needs=["profiles.local_auth_list", "local-list-full", "local-list-differential", "valid-tag", "second-valid-tag"],
    rules={
        "R1": "A Differential update comes, as the operator wants it.",
        "R2": "When the station answers VersionMismatch, the full list follows.",
    },
)
async def test_full_list_after_mismatch(station: Station, operator: Operator, tags: Tags) -> None:
    version = payloads.list_version()
    await operator.send_local_list(
        station,
        listVersion=version,
        updateType="Full",
        localAuthorizationList=payloads.entries(tags.valid),
    )
    full = await station.receives("SendLocalList", updateType="Full")
    await full.answered(status="Accepted")

    async with states.answering(station, "GetLocalListVersion", listVersion=full["listVersion"]):
        await operator.send_local_list(
            station,
            listVersion=version + 1,
            updateType="Differential",
            localAuthorizationList=payloads.entries(tags.valid_2),
        )
        update = await station.receives("SendLocalList", rule="R1", updateType="Differential")
        station.expects("SendLocalList")
        await update.answered(status="VersionMismatch")
        following = await station.wire.advises_call("SendLocalList", rule="R2", updateType="Full")
        if following is not None:
            await following.answered(status="Accepted")
