"""Values that are right and seldom seen (OCPP 1.6 §2.2, §3.9, §3.15, §7.15 to 7.19, §7.46)."""

from harness.v16.csms.vocabulary import Station, Sut, Tags, case, now, payloads

_STATUS = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}


@case(
    "VAL-02_CSMS",
    "Times with fractions and zones",
    profile="rpc",
    ref="OCPP 1.6 §3.15, errata 3.10; RFC 3339",
    rules={
        "R1": "A dateTime without a fraction of a second is accepted.",
        "R2": "So is one with six digits of a second.",
        "R3": "So is one with the offset of a time zone.",
    },
)
async def test_times(station: Station) -> None:
    moment = now()[:19]
    for rule, time in (
        ("R1", f"{moment}Z"),
        ("R2", f"{moment}.123456Z"),
        ("R3", f"{payloads.later(2 * 3_600)[:19]}.123+02:00"),
        ("R3", f"{payloads.later(-3_600)[:19]}-01:00"),
    ):
        await station.wire.accepts("StatusNotification", {**_STATUS, "timestamp": time}, rule=rule)


@case(
    "VAL-05_CSMS",
    "Texts of the greatest length",
    profile="rpc",
    ref="OCPP 1.6 §7.15 to 7.19, errata 3.58 to 3.62",
    rules={
        "R1": "An idTag of 20 characters is judged as any other.",
        "R2": "An info of 50 characters is accepted.",
        "R3": "A vendorId of 255 characters is answered with a status.",
    },
)
async def test_longest_texts(station: Station, sut: Sut) -> None:
    await station.wire.accepts("Authorize", {"idTag": "TAG-OF-20-CHARACTERS"}, rule="R1")
    await station.wire.accepts("StatusNotification", {**_STATUS, "info": "i" * 50}, rule="R2")
    vendor = sut.run.unknown_vendor_id
    await station.wire.accepts("DataTransfer", {"vendorId": f"{vendor}{'x' * (255 - len(vendor))}"}, rule="R3")


@case(
    "VAL-06_CSMS",
    "A tag in other letters is the same tag",
    profile="rpc",
    ref="OCPP 1.6 §2.2, §7.28",
    needs=["valid-tag"],
    rules={
        "R1": "A valid tag is accepted.",
        "R2": "The same tag in letters of the other case is accepted, too.",
    },
)
async def test_letter_case_of_a_tag(station: Station, tags: Tags) -> None:
    answer = await station.sends("Authorize", idTag=tags.valid, rule="R1")
    answer.shows(rule="R1", idTagInfo={"status": "Accepted"})
    if tags.valid.swapcase() == tags.valid:
        station.leaves_out("R2", f"{tags.valid} has no letters")
        return
    answer = await station.sends("Authorize", idTag=tags.valid.swapcase(), rule="R2")
    answer.shows(rule="R2", idTagInfo={"status": "Accepted"})


@case(
    "VAL-07_CSMS",
    "A tag that is no hexadecimal number",
    profile="rpc",
    ref="OCPP 1.6 §3.9, errata 3.74",
    rules={"R1": "An idTag of any printable characters is judged as a tag, and not as a mistake in the message."},
)
async def test_odd_tags(station: Station) -> None:
    for tag in ("x", "odd", "not hex_at:all/5", "!#%&()*+;<=>?@[]^{|}"):
        await station.wire.accepts("Authorize", {"idTag": tag}, rule="R1")


@case(
    "VAL-10_CSMS",
    "Celsius in both spellings",
    profile="rpc",
    ref="OCPP-J 1.6 errata 2.1, 2.2; OCPP 1.6 §7.46",
    rules={
        "R1": "A temperature in Celcius, as the first schemas spelled it, is accepted.",
        "R2": "A temperature in Celsius is accepted.",
    },
)
async def test_celsius(station: Station) -> None:
    for rule, unit in (("R1", "Celcius"), ("R2", "Celsius")):
        sample = {"value": "21.5", "measurand": "Temperature", "unit": unit}
        values = [{"timestamp": now(), "sampledValue": [sample]}]
        await station.wire.accepts("MeterValues", {"connectorId": 1, "meterValue": values}, rule=rule)


@case(
    "VAL-12_CSMS",
    "A frequency has no unit",
    profile="rpc",
    ref="OCPP 1.6 errata 3.86",
    rules={"R1": "A sample of Frequency without a unit is accepted."},
)
async def test_frequency(station: Station) -> None:
    values = [{"timestamp": now(), "sampledValue": [{"value": "49.98", "measurand": "Frequency"}]}]
    await station.wire.accepts("MeterValues", {"connectorId": 1, "meterValue": values}, rule="R1")
