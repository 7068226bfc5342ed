"""What may be given as a payload."""

import dataclasses
from types import MappingProxyType, ModuleType

import pytest
from ocpp.v16 import call, datatypes, enums
from ocpp.v201 import call as call_201
from ocpp.v201 import call_result as result_201
from ocpp.v201 import datatypes as datatypes_201

from ocppj.payload import as_payload
from ocppj.v201 import PROTOCOL
from schemas.model import Kind


def test_mappings_stay_as_they_are() -> None:
    payload = {"idTag": None}
    assert as_payload(payload) is payload
    assert as_payload(MappingProxyType(payload)) == payload


def test_message_objects_get_the_names_of_the_wire() -> None:
    sample = datatypes.SampledValue(value="1", measurand=enums.Measurand.energy_active_import_register)
    meter = datatypes.MeterValue(timestamp="t", sampled_value=[sample])
    message = call.MeterValues(connector_id=1, meter_value=[meter, {"sampled_value": (), "none": None}])

    assert as_payload(message) == {
        "connectorId": 1,
        "meterValue": [
            {"timestamp": "t", "sampledValue": [{"value": "1", "measurand": "Energy.Active.Import.Register"}]},
            {"sampledValue": []},
        ],
    }


@pytest.mark.parametrize("wrong", [None, "x", call.Heartbeat, [1]])
def test_anything_else_is_refused_with_a_sentence(wrong: object) -> None:
    with pytest.raises(TypeError, match="a payload is a mapping or a message object, not"):
        as_payload(wrong)


@pytest.mark.parametrize("messages", [call_201, result_201], ids=["call", "result"])
def test_every_message_of_2_0_1_has_the_members_of_its_schema(messages: ModuleType) -> None:
    kind: Kind = "call" if messages is call_201 else "result"
    for action in PROTOCOL.schemas.actions:
        message = getattr(messages, action)
        names = {field.name: 1 for field in dataclasses.fields(message)}
        known = PROTOCOL.schemas.schema(action, kind)["properties"]
        assert set(as_payload(message(**names))) <= known.keys(), action


def test_members_of_2_0_1_that_are_written_by_no_rule() -> None:
    parameters = datatypes_201.DCChargingParametersType(ev_max_current=1, ev_max_voltage=1, full_soc=80, bulk_soc=70)
    assert as_payload(parameters) == {"evMaxCurrent": 1, "evMaxVoltage": 1, "fullSoC": 80, "bulkSoC": 70}
