"""Sending the local list (OCPP 1.6 §3.5.2, §5.15): whole, in part, and to a station that does not take it."""

from harness.v16.csms.vocabulary import Operator, Station, Tags, case, payloads, present, satisfies, states

_FULL = {"R1": "A whole list is sent as Full."}


@case(
    "TC_043_1_CSMS",
    "Send Local Authorization List - NotSupported",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.15",
    rules=_FULL,
    status="NotSupported",
)
@case(
    "TC_043_3_CSMS",
    "Send Local Authorization List - Failed",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.15",
    rules=_FULL,
    status="Failed",
)
async def test_full_list_is_not_taken(station: Station, operator: Operator, tags: Tags, status: str) -> None:
    await operator.send_local_list(
        station,
        listVersion=payloads.list_version(),
        updateType="Full",
        localAuthorizationList=payloads.entries(tags.valid),
    )
    request = await station.receives("SendLocalList", rule="R1", updateType="Full")
    await request.answered(status=status)


@case(
    "TC_043_4_CSMS",
    "Send Local Authorization List - Full",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.15, §7.8",
    needs=["local-list-full"],
    rules={**_FULL, "R2": "Every entry of a whole list says what its tag may do."},
)
async def test_full_list(station: Station, operator: Operator, tags: Tags) -> None:
    await operator.send_local_list(
        station,
        listVersion=payloads.list_version(),
        updateType="Full",
        localAuthorizationList=payloads.entries(tags.valid),
    )
    request = await station.receives("SendLocalList", rule="R1", updateType="Full")
    request.shows(rule="R2", **payloads.each(request.payload, "localAuthorizationList", {"idTagInfo": present}))
    await request.answered(status="Accepted")


@case(
    "TC_043_5_CSMS",
    "Send Local Authorization List - Differential",
    profile="local_auth_list",
    ref="OCPP 1.6 §5.15, §7.8",
    needs=["local-list-full", "local-list-differential"],
    rules={
        "R2": "An update of the list is sent as Differential.",
        "R3": "The version of an update is above that of the list before it.",
        "R4": "An update names just the tag that the operator chose, and what that tag may do.",
    },
)
async def test_differential_list(station: Station, operator: Operator, tags: Tags) -> None:
    await operator.send_local_list(
        station,
        listVersion=payloads.list_version(),
        updateType="Full",
        localAuthorizationList=payloads.entries(tags.valid_2),
    )
    initial = await station.receives("SendLocalList", updateType="Full", listVersion=payloads.whole)
    await initial.answered(status="Accepted")
    version = initial["listVersion"]

    async with states.answering(station, "GetLocalListVersion", listVersion=version):
        await operator.send_local_list(
            station,
            listVersion=version + 1,
            updateType="Differential",
            localAuthorizationList=payloads.entries(tags.valid),
        )
        request = await station.receives("SendLocalList", rule="R2", updateType="Differential")
    above = satisfies(f"an integer above {version}", lambda value: type(value) is int and value > version)
    request.shows(rule="R3", listVersion=above)
    request.shows(rule="R4", localAuthorizationList=[{"idTag": tags.valid, "idTagInfo": present}])
    await request.answered(status="Accepted")
