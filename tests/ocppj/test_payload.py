"""What may be given as a payload."""

from types import MappingProxyType

import pytest
from ocpp.v16 import call, datatypes, enums

from ocppj.payload import as_payload


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
