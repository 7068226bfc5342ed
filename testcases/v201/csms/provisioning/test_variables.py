"""Reading and setting variables of the device model (OCPP 2.0.1 Part 2, B05, B06)."""

from harness.v201.csms.vocabulary import Operator, Station, case, payloads


@case(
    "TC_B_06_CSMS",
    "Get Variables - single value",
    profile="core",
    ref="OCPP 2.0.1 Part 2, B06.FR.01 to B06.FR.04, B06.FR.10, B06.FR.11",
    rules={
        "R1": "The value itself is asked for: the attributeType is Actual or left out.",
        "R2": "The variable that the operator chose is asked for.",
        "R3": "It is asked for of the component that the operator chose.",
    },
)
async def test_one_variable_is_read(station: Station, operator: Operator) -> None:
    await operator.get_variables(station, getVariableData=[payloads.variable()])
    request = await station.receives("GetVariables", rule="R1 R2 R3")
    asked, data = request.payload, "getVariableData"
    request.shows(rule="R1", **payloads.first(asked, data, attributeType=payloads.of_actual))
    request.shows(rule="R2", **payloads.first(asked, data, variable={"name": payloads.VARIABLE}))
    request.shows(rule="R3", **payloads.first(asked, data, component={"name": payloads.COMPONENT}))
    await request.answered(**station.variables(request))


@case(
    "TC_B_09_CSMS",
    "Set Variables - single value",
    profile="core",
    ref="OCPP 2.0.1 Part 2, B05.FR.01 to B05.FR.03, B05.FR.10, B05.FR.12",
    rules={
        "R1": "The variable that the operator chose is set.",
        "R2": "It is set on the component that the operator chose.",
        "R3": "It is set to the value that the operator chose.",
        "R4": "The value itself is set: the attributeType is Actual or left out.",
    },
)
async def test_one_variable_is_set(station: Station, operator: Operator) -> None:
    await operator.set_variables(station, setVariableData=[payloads.variable(attributeValue=payloads.SECONDS)])
    request = await station.receives("SetVariables", rule="R1 R2 R3 R4")
    asked, data = request.payload, "setVariableData"
    request.shows(rule="R1", **payloads.first(asked, data, variable={"name": payloads.VARIABLE}))
    request.shows(rule="R2", **payloads.first(asked, data, component={"name": payloads.COMPONENT}))
    request.shows(rule="R3", **payloads.first(asked, data, attributeValue=payloads.SECONDS))
    request.shows(rule="R4", **payloads.first(asked, data, attributeType=payloads.of_actual))
    await request.answered(**station.variables(request))
