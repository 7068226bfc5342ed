"""Reading and changing configuration keys (OCPP 1.6 §5.3, §5.8)."""

from harness.v16.csms.vocabulary import Operator, Station, Sut, absent_or_empty, case, present


@case(
    "TC_019_1_CSMS",
    "Retrieve all configuration keys",
    profile="core",
    ref="OCPP 1.6 §5.8",
    needs=["get-configuration-all"],
    rules={
        "R1": "All keys are asked for by naming none.",
        "R2": "The list of keys is empty or left out.",
    },
)
async def test_all_keys(station: Station, operator: Operator) -> None:
    await operator.get_configuration(station)
    request = await station.receives("GetConfiguration", rule="R1 R2", key=absent_or_empty)
    await request.answered(**station.configuration(request))


@case(
    "TC_019_2_CSMS",
    "Retrieve specific configuration key",
    profile="core",
    ref="OCPP 1.6 §5.8",
    needs=["get-configuration-some"],
    rules={"R1": "Just the key that the operator chose is asked for."},
)
async def test_one_key(station: Station, operator: Operator) -> None:
    await operator.get_configuration(station, key=["SupportedFeatureProfiles"])
    request = await station.receives("GetConfiguration", rule="R1", key=["SupportedFeatureProfiles"])
    await request.answered(**station.configuration(request))


@case(
    "TC_021_CSMS",
    "Change/set Configuration",
    profile="core",
    ref="OCPP 1.6 §5.3",
    rules={
        "R1": "The key that the operator chose is changed.",
        "R2": "It is changed to the value that the operator chose.",
    },
)
async def test_change_a_key(station: Station, operator: Operator, sut: Sut) -> None:
    value = str(sut.keys.sample_interval_s)
    await operator.change_configuration(station, key="MeterValueSampleInterval", value=value)
    request = await station.receives("ChangeConfiguration", rule="R1", key="MeterValueSampleInterval")
    request.shows(rule="R2", value=value)
    await request.answered(status="Accepted")


@case(
    "TC_040_1_CSMS",
    "Configuration keys - NotSupported",
    profile="core",
    ref="OCPP 1.6 §5.3",
    needs=["change-unknown-key"],
    rules={
        "R1": "The change names a key.",
        "R2": "The change names a value.",
    },
)
async def test_change_of_a_key_that_is_not_there(station: Station, operator: Operator) -> None:
    await operator.change_configuration(station, key="PlugproofNoSuchKey", value="1")
    request = await station.receives("ChangeConfiguration", rule="R1", key=present)
    request.shows(rule="R2", value=present)
    await request.answered(status="NotSupported")


@case(
    "TC_040_2_CSMS",
    "Configuration keys - Invalid value",
    profile="core",
    ref="OCPP 1.6 §5.3",
    needs=["change-invalid-value"],
    rules={"R1": "The key that the operator chose is changed."},
)
async def test_change_to_a_bad_value(station: Station, operator: Operator) -> None:
    await operator.change_configuration(station, key="MeterValueSampleInterval", value="-1")
    request = await station.receives("ChangeConfiguration", rule="R1", key="MeterValueSampleInterval")
    await request.answered(status="Rejected")
