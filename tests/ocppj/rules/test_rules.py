"""Every passive rule, with a frame that keeps it and one that breaks it, against each party it binds."""

import json
from typing import Any

import pytest

from ocppj import frames
from ocppj.evidence.trace import Role
from ocppj.rules.book import Book
from ocppj.rules.chapter import Chapter
from ocppj.session.session import Seen
from ocppj.v16 import PROTOCOL
from tests.ocppj.support.line import Line
from tests.ocppj.support.spoken import Spoken, in_each_version

OF_VALUES = ("VAL-00", "VAL-01", "VAL-05", "VAL-08", "VAL-09", "VAL-10", "VAL-11", "VAL-14")

both = pytest.mark.parametrize("party", ["station", "csms"])


@in_each_version
@both
def test_con_16_messages_are_text_frames(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.calls("1")
    assert line.broken == []

    line.says(b'[2,"2","Heartbeat",{}]')
    assert line.broken == [("CON-16", "MUST")]


@in_each_version
@both
@pytest.mark.parametrize(
    "text",
    [
        "{",
        "",
        "{}",
        '"x"',
        "7",
        "null",
        "true",
        "1.5",
        "[]",
        '["2"]',
        "[2.0]",
        "[true]",
        "[9]",
        '[5,"x",{}]',
        "[" * 5000,
    ],
)
def test_rpc_01_a_message_begins_with_its_type(party: Role, spoken: Spoken, text: str) -> None:
    line = Line(party, spoken)
    line.says(text)
    assert line.broken == [("RPC-01", "MUST")]


@in_each_version
@both
@pytest.mark.parametrize(
    "payload",
    [r'{"vendorId":"\ud800"}', '{"vendorId":1e400}', '{"vendorId":"V","data":' + "[" * 2000 + "]" * 2000 + "}"],
    ids=["lone surrogate", "number", "depth"],
)
def test_rpc_01_json_that_only_our_parser_refuses_is_no_violation(party: Role, spoken: Spoken, payload: str) -> None:
    line = Line(party, spoken)
    line.says(f'[2,"1","DataTransfer",{payload}]')
    assert line.broken == [("RPC-01", "INFO")]

    line.says(f'[2,"1","DataTransfer",{payload[:-1]}]')
    assert line.broken[1:] == [("RPC-01", "MUST")]


@in_each_version
@both
def test_rpc_01_is_a_must_where_such_json_is_no_message(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.says('{"vendorId":1e400}')
    line.says("[9,1e400]")
    assert line.broken == [("RPC-01", "MUST")] * 2


@in_each_version
@both
@pytest.mark.parametrize("text", ["[2]", '[2,"1"]', '[2,"1","Heartbeat"]', '[2,"1","Heartbeat",{},1]', '[2,"1",5,{}]'])
def test_rpc_02_a_call_has_four_elements(party: Role, spoken: Spoken, text: str) -> None:
    line = Line(party, spoken)
    line.says(text)
    assert line.broken == [("RPC-02", "MUST")]


@in_each_version
@both
@pytest.mark.parametrize("text", ["[3]", '[3,"1"]', '[3,"1",{},{}]'])
def test_rpc_03_a_callresult_has_three_elements(party: Role, spoken: Spoken, text: str) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.says(text)
    assert line.broken == [("RPC-03", "MUST")]


@in_each_version
@both
@pytest.mark.parametrize(
    "text", ["[4]", '[4,"1","GenericError",""]', '[4,"1","GenericError","",{},{}]', '[4,"1",7,"",{}]']
)
def test_rpc_04_a_callerror_has_five_elements(party: Role, spoken: Spoken, text: str) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.says(text)
    assert line.broken == [("RPC-04", "MUST")]


@in_each_version
@both
def test_rpc_05_an_id_has_at_most_36_characters(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.calls("x" * 36)
    line.is_answered("x" * 36)
    assert line.broken == []

    line.calls("y" * 37)
    assert line.broken == [("RPC-05", "MUST")]


@in_each_version
@both
def test_rpc_05_an_answer_is_not_blamed_for_the_id_of_its_call(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("i" * 37)
    line.refuses("i" * 37)
    assert line.broken == []


@in_each_version
@both
@pytest.mark.parametrize("id", ["7", "null", "{}", "true"])
def test_rpc_05_an_id_is_a_string(party: Role, spoken: Spoken, id: str) -> None:
    line = Line(party, spoken)
    line.says(f'[2,{id},"Heartbeat",{{}}]')
    assert line.broken == [("RPC-05", "MUST")]


@in_each_version
@both
def test_rpc_05_an_answer_is_not_blamed_for_the_number_its_call_had(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.hears('[2,7,"Heartbeat",{}]')
    line.says('[4,7,"' + spoken.protocol.codes.no_call + '","",{}]')
    assert line.broken == []

    line.says('[4,8,"' + spoken.protocol.codes.no_call + '","",{}]')
    assert line.broken == [("RPC-05", "MUST")]


@in_each_version
@both
def test_rpc_06_a_call_has_an_id_of_its_own(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.calls("1")
    line.is_answered("1")
    line.calls("2")
    line.is_answered("2")
    line.is_called("1")  # the other party's ids are its own
    line.answers("1")
    assert line.broken == []

    line.calls("1")
    assert line.broken == [("RPC-06", "MUST")]


@both
def test_rpc_06_a_retry_after_silence_may_repeat_the_call_but_not_change_it(party: Role) -> None:
    line = Line(party)
    line.calls("1")
    line.passes(60)
    line.calls("1")
    assert line.broken == []

    line.passes(60)
    line.calls("1", payload={"idTag": "B2"} if party == "station" else {"connectorId": 2, "type": "Operative"})
    assert line.broken == [("RPC-06", "MUST")]


@in_each_version
@both
def test_rpc_06_binds_over_all_connections_of_an_identity(party: Role, spoken: Spoken) -> None:
    first = Line(party, spoken)
    first.calls("1")
    first.is_answered("1")
    second = Line(party, spoken, memory=first.session.memory)
    second.calls("2")
    second.is_answered("2")
    assert second.broken == []

    second.calls("1")
    assert second.broken == [("RPC-06", "MUST")]


@in_each_version
@both
@pytest.mark.parametrize("wrong", ['[3,"abc",{}]', '[4,"abc","GenericError","",{}]'])
def test_rpc_07_an_answer_keeps_the_letters_of_the_id(party: Role, spoken: Spoken, wrong: str) -> None:
    line = Line(party, spoken)
    line.is_called("aBc")
    line.answers("aBc")
    assert line.broken == []

    line.says(wrong)
    assert line.broken == [("RPC-07", "MUST")]


@in_each_version
@both
def test_rpc_07_an_answer_keeps_the_type_of_the_id(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("7")
    line.says("[3,7,{}]")
    assert line.broken == [("RPC-05", "MUST"), ("RPC-07", "MUST")]


@in_each_version
@both
def test_rpc_07_is_not_about_what_is_no_answer(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("7")
    line.says('["3",7,{}]')
    assert line.broken == [("RPC-01", "MUST")]


@in_each_version
@both
def test_rpc_08_the_action_is_spelled_as_in_the_standard(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    name = "Heartbeat" if party == "station" else "ClearCache"
    line.calls("1", name, {})
    line.passes(60)
    assert line.broken == []

    for number, wrong in enumerate((name.lower(), f"{name}{spoken.suffix}", "Nonsense")):
        seen = line.calls(f"w{number}", wrong, {})
        line.passes(60)
        assert [finding.rule for finding in seen.findings] == ["RPC-08"]
        assert (f"{name} is meant" in seen.findings[0].message) is (wrong != "Nonsense")


@in_each_version
@both
def test_rpc_08_an_action_belongs_to_one_party(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.calls("1", "DataTransfer", {"vendorId": "v"})
    line.passes(60)
    assert line.broken == []

    line.calls("2", *(("ClearCache", {}) if party == "station" else ("Heartbeat", {})))
    assert line.broken == [("RPC-08", "MUST")]


@in_each_version
@both
def test_rpc_09_a_payload_is_an_object_and_null_is_tolerated(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    name = "Heartbeat" if party == "station" else "ClearCache"
    line.says(f'[2,"1","{name}",{{}}]')
    line.passes(60)
    assert line.broken == []

    line.says(f'[2,"2","{name}",null]')
    line.passes(60)
    assert line.broken == [("RPC-09", "SHOULD")]

    line.says(f'[2,"3","{name}",[]]')
    assert line.broken[1:] == [("RPC-09", "MUST"), ("VAL-00", "MUST")]


@in_each_version
@both
def test_rpc_09_binds_answers_too(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.says('[3,"1",[]]')
    assert ("RPC-09", "MUST") in line.broken
    assert ("RPC-19", "MUST") in line.broken


@in_each_version
@both
def test_rpc_10_a_callerror_has_a_description_and_details(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.says('[4,"1","InternalError","",{}]')
    assert line.broken == []

    line.is_called("2")
    line.says('[4,"2","InternalError",null,{}]')
    line.is_called("3")
    line.says('[4,"3","InternalError","",null]')
    assert line.broken == [("RPC-10", "MUST")] * 2


@pytest.mark.parametrize("answer", ['[3,"x",{}]', '[4,"x","GenericError","",{}]'])
def test_rpc_11_a_csms_ignores_a_message_of_unknown_type(answer: str) -> None:
    line = Line("csms")
    line.hears('[9,"x"]')
    line.calls("1")
    assert line.broken == []

    line.says(answer)
    assert ("RPC-11", "MUST") in line.broken
    assert ("RPC-14", "MUST") not in line.broken


def test_rpc_11_a_csms_answers_no_message_of_unknown_type_without_an_id() -> None:
    line = Line("csms")
    line.hears("[9]")
    line.refuses("-1")
    assert line.broken == [("RPC-11", "MUST")]


def test_rpc_11_binds_no_station() -> None:
    line = Line("station")
    line.hears('[9,"x"]')
    line.says('[3,"x",{}]')
    line.session.close("station", line.now)
    assert line.broken == [("RPC-14", "MUST")]


def test_rpc_11_a_csms_stays_connected_after_a_message_of_unknown_type() -> None:
    line = Line("csms")
    line.hears('[9,"x"]')
    line.session.close("station", line.now)
    assert line.broken == []

    line = Line("csms")
    line.hears('[9,"x"]')
    line.session.close("csms", line.now)
    assert line.broken == [("RPC-11", "MUST")]


@both
@pytest.mark.parametrize("text", ["{", "[]", "[2]"])
def test_rpc_12_what_has_no_id_gets_no_answer(party: Role, text: str) -> None:
    line = Line(party)
    line.hears(text)
    assert line.broken == []

    line.refuses("-1")
    assert line.broken == [("RPC-12", "SHOULD")]

    line.refuses("-1")  # there was one such text only
    assert line.broken[1:] == [("RPC-14", "MUST")]


@both
def test_rpc_12_the_connection_stays_up(party: Role) -> None:
    for text, expected in (("{", [("RPC-12", "SHOULD")]), ('[2,"1"]', []), (r'[2,"\ud800","Heartbeat",{}]', [])):
        line = Line(party)
        line.hears(text)
        line.session.close(party, line.now)
        assert line.broken == expected


@both
def test_rpc_12_a_binary_frame_may_end_the_connection(party: Role) -> None:
    line = Line(party)
    line.session.send(frames.binary(b"\xff"), 0)
    line.session.close(party, line.now)
    assert line.broken == []


@in_each_version
@both
def test_rpc_13_a_call_is_answered_once(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.answers("1")
    assert line.broken == []

    line.answers("1")
    line.refuses("1")
    assert line.broken == [("RPC-13", "MUST")] * 2


@in_each_version
@both
def test_rpc_13_ids_used_twice_at_a_time_have_two_answers(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.is_called("1")
    line.answers("1")
    line.refuses("1")
    assert line.broken == []

    line.answers("1")
    assert line.broken == [("RPC-13", "MUST")]


@in_each_version
@both
def test_rpc_13_a_repeated_call_and_the_first_one_may_both_be_answered(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.session.time_out("1", line.now)
    line.is_called("1")
    silence = line.broken
    line.answers("1")
    line.answers("1")
    assert line.broken == silence

    line.answers("1")
    assert line.broken == [*silence, ("RPC-13", "MUST")]


@in_each_version
@both
def test_rpc_13_a_call_is_answered_at_all(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.answers("1")
    line.session.time_out("1", line.now)
    assert line.broken == []

    line.is_called("2")
    line.passes(30)
    line.session.time_out("2", line.now)
    assert line.broken == [("RPC-13", "MUST")]


@in_each_version
@both
def test_rpc_13_is_judged_for_either_party_where_both_are_watched(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.calls("1")
    line.session.time_out("1", line.now, sender=party)
    assert line.broken == []
    assert [(finding.rule, finding.party) for finding in line.session.findings] == [("RPC-13", line.other)]


@in_each_version
@both
def test_rpc_14_no_answer_without_a_call(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.answers("1")
    assert line.broken == []

    line.answers("stray")
    line.refuses("stray")
    assert line.broken == [("RPC-14", "MUST")] * 2


@in_each_version
@both
def test_rpc_15_one_call_at_a_time(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.calls("1")
    line.is_called("x")  # crossing CALLs are normal
    line.is_answered("1")
    line.calls("2")
    line.passes(line.session.answer_window / 1e9)  # long enough to have given up
    line.calls("3")
    assert line.broken == []

    line.calls("4")
    assert line.broken == [("RPC-15", spoken.level("RPC-15"))]


@in_each_version
@both
def test_rpc_16_a_party_answers_while_it_waits(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    line.passes(1)
    line.calls("own")
    line.session.time_out("1", line.now)
    assert line.broken == [("RPC-13", "MUST")]  # the own CALL came later, so it was not the reason

    line.is_called("2")
    line.passes(30)
    line.session.time_out("2", line.now)
    assert line.broken[1:] == [("RPC-13", "MUST"), ("RPC-16", spoken.level("RPC-16"))]


@in_each_version
@both
def test_rpc_17_a_late_answer_does_no_harm(party: Role, spoken: Spoken) -> None:
    def late_answer() -> Line:
        line = Line(party, spoken)
        line.calls("1")
        line.session.time_out("1", line.now, sender=party)
        assert line.is_answered("1").late
        return line

    line = late_answer()
    line.calls("2")
    line.is_answered("2")
    line.session.close(party, line.now)
    assert line.broken == []

    line = late_answer()
    line.session.close(party, line.now)
    assert line.broken == [("RPC-17", spoken.level("RPC-17"))]


def _knows_message_timeout(line: Line, seconds: str) -> None:
    line.hears('[2,"cfg","ChangeConfiguration",{"key":"messageTimeout","value":"' + seconds + '"}]')
    line.says('[3,"cfg",{"status":"Accepted"}]')


def test_rpc_18_a_station_waits_as_long_as_message_timeout_says() -> None:
    line = Line("station", answer_window=0)
    _knows_message_timeout(line, "10")
    line.calls("1")
    line.passes(10)
    line.calls("2")
    assert line.broken == []

    line.passes(9)
    line.calls("3")
    assert line.broken == [("RPC-18", "MUST")]


def test_rpc_18_counts_from_when_a_call_was_sent_which_may_have_been_long_on_its_way() -> None:
    line = Line("station", answer_window=0)
    _knows_message_timeout(line, "10")
    line.calls("1")
    line.passes(9.6)
    line.calls("2")
    assert line.broken == []


@pytest.mark.parametrize("value", ["0", "", "ten", "9999999", "-1"])
def test_rpc_18_needs_a_number_of_seconds(value: str) -> None:
    line = Line("station")
    _knows_message_timeout(line, value)
    assert line.session.memory.known.number("messagetimeout") in (None, 0)


def test_rpc_18_reads_message_timeout_off_get_configuration() -> None:
    line = Line("station")
    line.hears('[2,"1","GetConfiguration",{}]')
    keys = [
        {"key": "Other", "readonly": True, "value": "5"},
        {"key": "MessageTimeout", "readonly": False},
        {"key": "MessageTimeout", "readonly": False, "value": "20"},
    ]
    line.says(frames.result("1", {"configurationKey": keys}).raw)
    assert line.session.memory.known.number("messagetimeout") == 20


def test_rpc_18_takes_no_value_that_was_not_accepted() -> None:
    line = Line("station")
    line.hears('[2,"1","ChangeConfiguration",{"key":"MessageTimeout","value":"7"}]')
    line.says('[3,"1",{"status":"Rejected"}]')
    line.hears('[2,"2","ChangeConfiguration",{"key":"Other","value":"7"}]')
    line.says('[3,"2",{"status":"Accepted"}]')
    assert line.session.memory.known.number("messagetimeout") in (None, 0)


def test_rpc_18_binds_no_csms() -> None:
    line = Line("csms", answer_window=0)
    line.session.memory.known.configuration["messagetimeout"] = "10"
    line.calls("1")
    line.calls("2")
    assert line.broken == []


@in_each_version
@both
@pytest.mark.parametrize("payload", [{}, {"status": 5, "idTagInfo": 5}])
def test_rpc_19_an_answer_is_judged_by_the_action_of_its_call(
    party: Role, spoken: Spoken, payload: dict[str, Any]
) -> None:
    line = Line(party, spoken)
    line.is_called("1")
    assert line.answers("1").valid
    assert line.broken == []

    line.is_called("2")
    assert not line.answers("2", payload).valid
    assert ("RPC-19", "MUST") in line.broken


@in_each_version
@both
def test_rpc_00_is_broken_by_no_frame(party: Role, spoken: Spoken) -> None:
    """A CALLERROR may be right; whether a CALLRESULT was owed knows only who sent an ordinary CALL."""
    line = Line(party, spoken)
    line.is_called()
    line.refuses("1", "InternalError")
    assert line.broken == []
    assert spoken.protocol.book.rules["RPC-00"].level == "MUST"


@in_each_version
@both
def test_err_01_only_the_codes_of_the_version(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    for number, code in enumerate(sorted(spoken.protocol.codes.known - {"GenericError"})):
        line.is_called(str(number), "DataTransfer", {})  # not valid, so any code may be right
        line.refuses(str(number), code)
    assert line.broken == []

    line.is_called("a")
    line.refuses("a", spoken.of_the_other)
    line.is_called("b")
    line.refuses("b", "NoSuchCode")
    assert line.broken == [("ERR-01", "SHOULD"), ("ERR-01", "MUST")]


@in_each_version
@both
def test_err_08_an_unwanted_outcome_is_a_status(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1", "DataTransfer", {"vendorId": "v"})
    line.says('[3,"1",{"status":"UnknownVendorId"}]')
    line.is_called("2", "DataTransfer", {"vendorId": "v"})
    line.refuses("2", "InternalError")
    assert line.broken == []

    line.is_called("3", "DataTransfer", {"vendorId": "v"})
    line.refuses("3", "GenericError")
    assert line.broken == [("ERR-08", "MUST")]


@in_each_version
@both
def test_err_08_leaves_alone_a_call_whose_id_was_too_long(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("x" * 37, "DataTransfer", {"vendorId": "v"})
    line.refuses("x" * 37, "ProtocolError")
    assert line.broken == []


@in_each_version
@both
def test_err_08_leaves_alone_a_call_whose_id_was_used_before(party: Role, spoken: Spoken) -> None:
    line = Line(party, spoken)
    line.is_called("1", "DataTransfer", {"vendorId": "v"})
    line.says('[3,"1",{"status":"UnknownVendorId"}]')
    line.is_called("1", "DataTransfer", {"vendorId": "w"})
    line.refuses("1", "ProtocolError")
    assert line.broken == []


@pytest.mark.parametrize("letter", ["\u0000", "\u00e9", "\u007f"])
def test_err_08_leaves_alone_a_text_with_a_letter_that_may_not_be(letter: str) -> None:
    line = Line("station")
    line.is_called("1", "DataTransfer", {"vendorId": letter})
    line.refuses("1", "PropertyConstraintViolation")
    assert line.broken == []


def test_val_06_leaves_alone_an_answer_that_repeats_what_its_call_had() -> None:
    line = Line("station")
    line.is_called("1", "GetConfiguration", {"key": ["\u00e9"]})
    line.answers("1", {"unknownKey": ["\u00e9"]})
    assert line.broken == []

    line.is_called("2", "GetConfiguration", {"key": ["\u00e9"]})
    line.answers("2", {"unknownKey": ["\u00e8"]})
    assert line.broken == [("VAL-06", "MUST"), ("CFG-01", "MUST")]  # nor was that key asked for


def test_err_08_leaves_alone_what_has_no_status_for_it() -> None:
    line = Line("csms")
    line.is_called("1", "Heartbeat", {})
    line.refuses("1", "GenericError")
    line.is_called("2", "NoSuchAction", {})
    line.refuses("2", "GenericError")
    assert line.broken == []


def test_err_08_leaves_alone_smart_charging_messages_the_errata_want_refused() -> None:
    line = Line("station")
    line.is_called("1", "GetCompositeSchedule", {"connectorId": 9, "duration": 60})
    line.refuses("1", "PropertyConstraintViolation")
    assert line.broken == []


def test_err_08_leaves_alone_a_connector_that_may_not_be_named() -> None:
    line = Line("station")
    line.is_called("1", "RemoteStartTransaction", {"connectorId": 0, "idTag": "A1"})
    line.refuses("1", "PropertyConstraintViolation")
    assert line.broken == []

    line.is_called("2", "RemoteStartTransaction", {"connectorId": 1, "idTag": "A1"})
    line.refuses("2", "PropertyConstraintViolation")
    assert line.broken == [("ERR-08", "MUST")]


NOW = "2026-11-21T10:00:00Z"
_START = {"connectorId": 1, "idTag": "A1", "meterStart": 0, "timestamp": NOW}
_UPDATE = {"location": "ftp://h/f", "retrieveDate": NOW}
_PROFILE: dict[str, Any] = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Relative",
    "chargingSchedule": {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.1}]},
}


def _meter(sample: dict[str, Any]) -> dict[str, Any]:
    return {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [sample]}]}


def _stop(sample: dict[str, Any]) -> dict[str, Any]:
    data = [{"timestamp": NOW, "sampledValue": [sample]}]
    return {"meterStop": 1, "timestamp": NOW, "transactionId": 1, "transactionData": data}


def _profile(limit: float) -> dict[str, Any]:
    profile = json.loads(json.dumps(_PROFILE))
    profile["chargingSchedule"]["chargingSchedulePeriod"][0]["limit"] = limit
    return {"connectorId": 1, "csChargingProfiles": profile}


def _boot(time: Any) -> dict[str, Any]:
    return {"status": "Accepted", "interval": 300, "currentTime": time}


_BOOT = ("BootNotification", {"chargePointVendor": "v", "chargePointModel": "m"})

BAD_CALLS: list[tuple[str, Role, str, dict[str, Any], dict[str, Any]]] = [
    ("VAL-00", "station", "Authorize", {"idTag": "A1"}, {}),
    ("VAL-00", "csms", "Reset", {"type": "Soft"}, {"type": 5}),
    ("VAL-00", "csms", "UpdateFirmware", _UPDATE, {**_UPDATE, "location": "f"}),
    ("VAL-01", "station", "StartTransaction", _START, {**_START, "timestamp": "2026-11-21T10:00:00"}),
    ("VAL-01", "station", "StartTransaction", _START, {**_START, "timestamp": "2026-11-21T10:0-:00Z"}),
    ("VAL-01", "csms", "UpdateFirmware", _UPDATE, {**_UPDATE, "retrieveDate": "now"}),
    ("VAL-05", "station", "Authorize", {"idTag": "x" * 20}, {"idTag": "x" * 21}),
    ("VAL-05", "csms", "RemoteStartTransaction", {"idTag": "x" * 20}, {"idTag": "x" * 21}),
    ("VAL-08", "csms", "SetChargingProfile", _profile(21.4), _profile(21.45)),
    ("VAL-09", "station", "StartTransaction", _START, {**_START, "meterStart": 1.0}),
    ("VAL-09", "station", "StartTransaction", _START, {**_START, "meterStart": 1.5}),
    ("VAL-09", "csms", "RemoteStopTransaction", {"transactionId": 2**31 - 1}, {"transactionId": 2**31}),
    ("VAL-10", "station", "MeterValues", _meter({"value": "1", "unit": "Celcius"}),
     _meter({"value": "1", "unit": "celsius"})),
    ("VAL-10", "csms", "Reset", {"type": "Soft"}, {"type": "soft"}),
    ("VAL-11", "station", "MeterValues", _meter({"value": "1"}), _meter({"value": 1})),
    ("VAL-11", "station", "StopTransaction", _stop({"value": "1"}), _stop({"value": 1})),
    ("VAL-14", "station", "Authorize", {"idTag": "A1"}, {"idTag": "A1", "extra": 1}),
    ("VAL-14", "csms", "Reset", {"type": "Soft"}, {"type": "Soft", "extra": 1}),
]  # fmt: skip

BAD_ANSWERS: list[tuple[str, Role, tuple[str, dict[str, Any]], dict[str, Any], dict[str, Any]]] = [
    ("VAL-01", "csms", _BOOT, _boot(NOW), _boot("2026-11-21 10:00:00Z")),
    ("VAL-05", "csms", ("Authorize", {"idTag": "A"}), {"idTagInfo": {"status": "Accepted", "parentIdTag": "p" * 20}},
     {"idTagInfo": {"status": "Accepted", "parentIdTag": "p" * 21}}),
    ("VAL-08", "station", ("GetCompositeSchedule", {"connectorId": 1, "duration": 1}),
     {"status": "Accepted", "chargingSchedule": {**_PROFILE["chargingSchedule"], "minChargingRate": 6.1}},
     {"status": "Accepted", "chargingSchedule": {**_PROFILE["chargingSchedule"], "minChargingRate": 6.15}}),
    ("VAL-09", "csms", _BOOT, _boot(NOW), {**_boot(NOW), "interval": 300.0}),
    ("VAL-09", "station", ("GetLocalListVersion", {}), {"listVersion": 2**31 - 1}, {"listVersion": 2**31}),
    ("VAL-10", "station", ("Reset", {"type": "Soft"}), {"status": "Accepted"}, {"status": "accepted"}),
    ("VAL-14", "csms", ("Heartbeat", {}), {"currentTime": NOW}, {"currentTime": NOW, "more": {}}),
    ("VAL-14", "station", ("Reset", {"type": "Soft"}), {"status": "Accepted"}, {"status": "Accepted", "more": {}}),
]  # fmt: skip


def _breaks(rule: str) -> Any:
    """Parametrize a test with every sample of a rule: the party, the CALL it is asked (or None), right and wrong."""
    samples: list[tuple[Role, tuple[str, Any] | None, str, Any, Any]] = [
        (party, None, action, right, wrong) for id, party, action, right, wrong in BAD_CALLS if id == rule
    ]
    samples += [(party, call, "", right, wrong) for id, party, call, right, wrong in BAD_ANSWERS if id == rule]
    ids = [f"{party}-{call[0] + '.conf' if call else action}" for party, call, action, *_ in samples]
    return pytest.mark.parametrize("sample", samples, ids=ids)


def _judge(rule: str, sample: Any) -> None:
    party, call, action, right, wrong = sample
    line = Line(party)

    def sends(id: str, payload: dict[str, Any]) -> Seen:
        if call is None:
            line.passes(60)
            return line.calls(id, action, payload)
        line.is_called(id, *call)
        return line.answers(id, payload)

    assert sends("1", right).valid
    assert line.broken == []

    seen = sends("2", wrong)
    assert not seen.valid
    assert line.broken == [(rule, "MUST")]
    assert seen.findings[0].message == seen.violations[0].message
    assert seen.findings[0].seq == seen.seq


@_breaks("VAL-00")
def test_val_00_a_call_has_the_members_of_its_action(sample: Any) -> None:
    _judge("VAL-00", sample)


@_breaks("VAL-01")
def test_val_01_a_date_has_a_zone(sample: Any) -> None:
    _judge("VAL-01", sample)


@_breaks("VAL-05")
def test_val_05_a_cistring_has_a_maximum(sample: Any) -> None:
    _judge("VAL-05", sample)


@_breaks("VAL-08")
def test_val_08_a_limit_has_one_decimal(sample: Any) -> None:
    _judge("VAL-08", sample)


@_breaks("VAL-09")
def test_val_09_an_integer_has_no_fraction_and_32_bits(sample: Any) -> None:
    _judge("VAL-09", sample)


@_breaks("VAL-10")
def test_val_10_an_enumeration_is_spelled_letter_by_letter(sample: Any) -> None:
    _judge("VAL-10", sample)


@_breaks("VAL-11")
def test_val_11_a_sampled_value_is_a_string(sample: Any) -> None:
    _judge("VAL-11", sample)


@_breaks("VAL-14")
def test_val_14_no_members_beyond_the_standard(sample: Any) -> None:
    _judge("VAL-14", sample)


def test_val_01_an_offset_is_only_noted() -> None:
    line = Line("station")
    line.calls("1", "StartTransaction", {**_START, "timestamp": "2026-11-21T10:00:00.5+02:00"})
    assert line.broken == [("VAL-01", "INFO")]
    assert line.session.findings[0].path == ("timestamp",)


def test_val_01_the_member_with_an_offset_is_named_however_deep() -> None:
    line = Line("station")
    value = {"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": "1"}]}
    late = {**value, "timestamp": "2026-11-21T11:00:00+01:00"}
    line.calls("1", "MeterValues", {"connectorId": 1, "meterValue": [value, late]})
    assert line.session.findings[0].path == ("meterValue", 1, "timestamp")


def test_val_01_no_member_is_named_beyond_the_depth_of_messages() -> None:
    line = Line("station")
    deep: dict[str, Any] = {"vendorId": "v", "data": "2026-11-21T11:00:00+01:00"}
    for _ in range(20):
        deep = {"vendorId": "v", "data": deep}
    line.calls("1", "DataTransfer", deep)
    assert ("VAL-01", "INFO") in line.broken
    assert [finding.path for finding in line.session.findings if finding.rule == "VAL-01"] == [()]


def test_val_01_an_offset_is_noted_in_answers() -> None:
    line = Line("csms")
    line.is_called("1", "Heartbeat", {})
    line.answers("1", {"currentTime": "2026-11-21T10:00:00-05:00"})
    assert line.broken == [("VAL-01", "INFO")]


def test_every_rule_has_a_test_and_every_check_a_rule() -> None:
    """Those of frames and single values are here, beside what test_broken.py shows of every rule."""
    tests = {name.removeprefix("test_")[:6].replace("_", "-").upper() for name in globals() if name.startswith("test_")}
    assert tests >= {rule for rule in PROTOCOL.book.passive if rule.startswith(("RPC-", "ERR-"))} | set(OF_VALUES)
    assert {rule for rule, *_ in [*BAD_CALLS, *BAD_ANSWERS]} <= PROTOCOL.book.rules.keys()


def test_messages_stay_short_whatever_is_sent() -> None:
    line = Line("csms")
    long = "x" * 100_000
    line.says(frames.call(long, long, {long: 1}).raw)
    line.calls("2", "Reset", {"type": "Soft", long: long})
    line.says(frames.result(long, {}).raw)
    line.is_called("3")
    line.says(frames.error("3", long, long).raw)
    line.hears(frames.encode([7, long]))
    line.says(frames.encode([4, long, "GenericError", "", {}]))
    assert len(line.broken) > 5
    assert max(len(finding.message) for finding in line.session.findings) < 500
    assert max(len(part) for finding in line.session.findings for part in finding.path if isinstance(part, str)) <= 200


def test_a_check_that_every_frame_would_pass_by_says_what_it_waits_for() -> None:
    chapter = Chapter()
    with pytest.raises(ValueError, match="X-01 at every CALL or CALLRESULT names a sign"):
        chapter.judges("X-01", "error", "result")
    chapter.judges("X-01", "error", "close")


def test_a_book_names_every_rule_once_and_has_one_for_every_check() -> None:
    chapter = Chapter()
    chapter.rule("X-01", "MUST", "J §1", "It is so.")
    with pytest.raises(ValueError, match="X-01 is named twice"):
        Book([chapter, chapter])

    chapter.judges("X-02", "error")(lambda seen, view: None)
    with pytest.raises(ValueError, match="X-02, which a check is for, is no rule"):
        Book([chapter])
