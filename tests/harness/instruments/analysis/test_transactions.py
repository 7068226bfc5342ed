"""Transactions put together from a log, with what is planted in them: gaps, doubles, clocks that jump."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from harness.instruments.analysis.judging import Judge
from harness.instruments.analysis.transactions.book import MOST_LISTED, Book
from harness.instruments.analysis.transactions.ledger import MOST_OPEN, Ledger
from harness.instruments.analysis.transactions.model import MOST_REMARKS, ODDITIES, Transaction
from tests.harness.instruments.analysis.support import Said, boot, entry, iso, judged

TIMES = [1.0, 61.0, 121.0, 181.0, 241.0]


def start(at: float, id: int = 7, *, meter: int = 1_000, connector: int = 1, told: str | None = None) -> list[Said]:
    payload = {"connectorId": connector, "idTag": "TAG", "meterStart": meter, "timestamp": told or iso(at)}
    answer = {"transactionId": id, "idTagInfo": {"status": "Accepted"}}
    return [
        (at, "station", json.dumps([2, f"start-{at}", "StartTransaction", payload])),
        (at + 0.1, "csms", json.dumps([3, f"start-{at}", answer])),
    ]


def meter(at: float, wh: float, id: int = 7, *, told: str | None = None, **sampled: Any) -> list[Said]:
    value = {"timestamp": told or iso(at), "sampledValue": [{"value": f"{wh:g}", **sampled}]}
    payload = {"connectorId": 1, "transactionId": id, "meterValue": [value]}
    return [
        (at, "station", json.dumps([2, f"mv-{at}", "MeterValues", payload])),
        (at + 0.1, "csms", f'[3,"mv-{at}",{{}}]'),
    ]


def stop(at: float, wh: int, id: int = 7, *, told: str | None = None) -> list[Said]:
    payload = {"transactionId": id, "meterStop": wh, "timestamp": told or iso(at), "reason": "EVDisconnected"}
    return [
        (at, "station", json.dumps([2, f"stop-{at}", "StopTransaction", payload])),
        (at + 0.1, "csms", f'[3,"stop-{at}",{{}}]'),
    ]


def listed(*said: list[Said]) -> list[dict[str, Any]]:
    found = judged([*boot(), *(one for part in said for one in part)])
    transactions: list[dict[str, Any]] = found["transactions"]["listed"]
    return transactions


def kinds(transaction: Mapping[str, Any]) -> list[str]:
    return [remark["kind"] for remark in transaction["remarks"]]


def test_a_right_transaction() -> None:
    (one,) = listed(start(10), *(meter(10 + at, 1_000 + at) for at in TIMES), stop(300, 1_400))

    assert one == {
        "station": "CP-0815",
        "id": "7",
        "connector": 1,
        "tag": "TAG",
        "started": iso(10),
        "stopped": iso(300),
        "meter_start_wh": 1000.0,
        "meter_stop_wh": 1400.0,
        "energy_wh": 400.0,
        "reason": "EVDisconnected",
        "samples": 5,
        "longest_gap_s": 60.0,
        "where": "log:4",
        "remarks": [],
        "more_remarks": 0,
    }


def test_a_silence_that_is_longer_than_usual_is_a_gap() -> None:
    (one,) = listed(start(10), *(meter(10 + at, 1_000 + at) for at in TIMES), meter(1_000, 1_300), stop(1_060, 1_400))

    assert kinds(one) == ["gap"]
    assert one["remarks"][0]["text"] == "nothing for 749 s, usually something every 60 s"
    assert one["remarks"][0]["where"] == "log:15"


def test_the_same_start_with_two_transactions_is_a_double() -> None:
    first, second = listed(start(10, 7), stop(15, 1_000), start(20, 8, told=iso(10)), stop(100, 1_000, 8))

    assert kinds(first) == []
    assert kinds(second) == ["double-start"]
    assert "given the transaction 7 before" in second["remarks"][0]["text"]


def test_a_start_that_is_told_again_and_answered_alike_is_none() -> None:
    (one,) = listed(start(10), start(20, told=iso(10)), stop(100, 1_100))

    assert kinds(one) == []


def test_two_stops_that_say_different_things_are_a_double() -> None:
    (one,) = listed(start(10), stop(100, 1_100), stop(110, 1_200))

    assert kinds(one) == ["double-stop"]
    assert one["energy_wh"] == 100.0


def test_a_stop_that_is_told_again_is_none() -> None:
    (one,) = listed(start(10), stop(100, 1_100), stop(110, 1_100, told=iso(100)))

    assert kinds(one) == []


def test_a_clock_that_jumps_back_is_remarked() -> None:
    (one,) = listed(start(100), meter(160, 1_010), meter(220, 1_020, told=iso(220 - 3_600)), stop(280, 1_030))

    assert kinds(one) == ["clock-back"]
    assert one["remarks"][0]["text"] == "the station's clock went back by 3540 s"


def test_a_clock_that_jumps_ahead_is_remarked_once() -> None:
    ahead = [meter(at, 1_000 + at, told=iso(at + 900)) for at in (160, 220, 280)]
    (one,) = listed(start(100), *ahead, stop(340, 1_400, told=iso(1_240)))

    assert kinds(one) == ["clock-ahead"]
    assert "900 s ahead" in one["remarks"][0]["text"]


def test_what_was_queued_is_no_jump() -> None:
    (one,) = listed(start(5_000, told=iso(100)), meter(5_001, 1_010, told=iso(160)), stop(5_002, 1_020, told=iso(220)))

    assert kinds(one) == []


def test_energy_between_transactions_is_remarked() -> None:
    first, second, third = listed(
        start(10),
        stop(100, 1_500),
        start(200, 8, meter=1_750),
        stop(300, 1_800, 8),
        start(400, 9, meter=1_700),
        stop(500, 1_800, 9),
    )

    assert kinds(first) == []
    assert (kinds(second), second["remarks"][0]["text"]) == (
        ["meter-gap"],
        "the meter moved by 250 Wh since the transaction before",
    )
    assert (kinds(third), third["remarks"][0]["text"]) == (
        ["meter-back"],
        "the meter is 100 Wh below the end of the transaction before",
    )


def test_a_meter_that_goes_back_is_remarked() -> None:
    (one,) = listed(start(10), meter(60, 1_200), meter(120, 1_100), stop(180, 1_300))

    assert (kinds(one), one["remarks"][0]["text"]) == (["meter-back"], "the meter went back by 100 Wh")


def test_units_phases_and_signatures_of_meters() -> None:
    sampled = [
        {"value": "1.1", "unit": "kWh"},
        {"value": "5", "phase": "L1"},
        {"value": "OCMF|{}", "format": "SignedData"},
        {"value": "16", "measurand": "Current.Import"},
    ]
    payload = {"connectorId": 1, "transactionId": 7, "meterValue": [{"timestamp": iso(60), "sampledValue": sampled}]}
    (one,) = listed(
        start(10), [(60, "station", json.dumps([2, "m", "MeterValues", payload])), (60.1, "csms", '[3,"m",{}]')]
    )

    assert (one["samples"], one["energy_wh"], one["stopped"]) == (1, 100.0, None)


def test_a_transaction_without_its_start_and_one_without_its_stop() -> None:
    found = judged([*boot(), *stop(10, 500, 5), *start(20, 6), *start(100, 7, meter=2_000), *stop(200, 2_500)])
    by_id = {one["id"]: kinds(one) for one in found["transactions"]["listed"]}

    assert by_id == {"5": ["no-start"], "6": ["no-stop"], "7": []}
    assert found["transactions"]["oddities"] == {"no-start": 1, "no-stop": 1}
    assert (found["transactions"]["count"], found["transactions"]["complete"]) == (3, 1)


def test_one_that_is_open_at_the_end_is_no_oddity() -> None:
    found = judged([*boot(), *start(10), *meter(60, 1_200)])

    assert found["transactions"]["open_at_the_end"] == 1
    assert found["transactions"]["oddities"] == {}


def test_meter_values_of_a_stopped_transaction_are_late_and_no_jump() -> None:
    (one,) = listed(start(10), stop(100, 1_100), meter(200, 1_050, told=iso(50)))

    assert (kinds(one), one["samples"], one["energy_wh"]) == ([], 1, 100.0)


# ---- OCPP 2.0.1


def event(at: float, kind: str, number: int, wh: float | None = None, **members: Any) -> list[Said]:
    payload: dict[str, Any] = {
        "eventType": kind,
        "timestamp": iso(at),
        "triggerReason": "MeterValuePeriodic",
        "seqNo": number,
        "transactionInfo": {"transactionId": "T-1", "stoppedReason": "EVDisconnected"}
        if kind == "Ended"
        else {"transactionId": "T-1"},
        "evse": {"id": 2},
    } | members
    if wh is not None:
        unit = {"unit": "Wh", "multiplier": 1}
        payload["meterValue"] = [{"timestamp": iso(at), "sampledValue": [{"value": wh / 10, "unitOfMeasure": unit}]}]
    id = f"e-{at}"
    return [(at, "station", json.dumps([2, id, "TransactionEvent", payload])), (at + 0.1, "csms", f'[3,"{id}",{{}}]')]


def listed_201(*said: list[Said]) -> list[dict[str, Any]]:
    found = judged([one for part in said for one in part])
    assert found["totals"]["findings"]["MUST"] == 0
    transactions: list[dict[str, Any]] = found["transactions"]["listed"]
    return transactions


def test_a_right_transaction_of_2_0_1() -> None:
    token = {"idToken": {"idToken": "AABB", "type": "ISO14443"}}
    (one,) = listed_201(
        event(10, "Started", 0, 1_000, **token), event(70, "Updated", 1, 1_200), event(130, "Ended", 2, 1_500)
    )

    assert (one["id"], one["connector"], one["tag"], one["energy_wh"], one["samples"]) == ("T-1", 2, "AABB", 500.0, 1)
    assert (one["reason"], one["remarks"]) == ("EVDisconnected", [])


def test_numbers_that_never_came_are_told() -> None:
    (one,) = listed_201(event(10, "Started", 0), event(70, "Updated", 3), event(130, "Ended", 4))

    assert (kinds(one), one["remarks"][0]["text"]) == (["missing-event"], "no event had the number 1, 2")


def test_a_number_that_came_late_is_not_missing() -> None:
    (one,) = listed_201(
        event(10, "Started", 0), event(70, "Updated", 2), event(80, "Updated", 1), event(130, "Ended", 3)
    )

    assert kinds(one) == []


def test_a_number_that_two_events_have_is_a_double() -> None:
    (one,) = listed_201(
        event(10, "Started", 0), event(70, "Updated", 1), event(80, "Updated", 1), event(130, "Ended", 2)
    )

    assert kinds(one) == ["double-event"]


def test_an_event_without_its_start() -> None:
    (one,) = listed_201(event(70, "Updated", 4, 1_000), event(130, "Ended", 5, 1_200))

    assert kinds(one) == ["no-start"]


# ---- bounds


def test_what_is_open_is_bounded() -> None:
    done: list[Transaction] = []
    ledger = Ledger("CP", done.append)
    for number in range(MOST_OPEN + 3):
        ledger.start(str(number), "log:1", connector=None, tag=None, meter=None, time=None)

    assert [one.id for one in done] == ["0", "1", "2"]
    assert [one.remarks[0].kind for one in done] == ["no-stop"] * 3
    assert ledger.close() == MOST_OPEN


def test_remarks_of_a_transaction_are_bounded_and_counted() -> None:
    one = Transaction("CP", "1", "log:1")
    for number in range(MOST_REMARKS + 5):
        one.remark("gap", str(number), "log:1")

    assert (len(one.remarks), one.more_remarks) == (MOST_REMARKS, 5)


def test_the_book_lists_so_many_and_counts_all() -> None:
    written: list[Mapping[str, Any]] = []
    book = Book(written.append)
    for number in range(MOST_LISTED + 10):
        one = Transaction(
            "CP", str(number), "log:1", started="a", stopped="b", meter_start=0.0, meter_stop=float(number)
        )
        if number == MOST_LISTED + 4:
            one.remark("gap", "late", "log:1")
        book.add(one)
    document = book.document()

    assert (document["count"], len(document["listed"]), document["left_out"]) == (1_010, 1_001, 9)
    assert document["listed"][-1]["id"] == "1004"
    assert len(written) == 1_010


def test_energies_of_very_many_keep_their_ends() -> None:
    book = Book()
    for number in range(9_000):
        book.add(
            Transaction("CP", str(number), "x", started="a", stopped="b", meter_start=0.0, meter_stop=float(number))
        )
    energies = book.document()["energies_wh"]

    assert (len(energies), energies[0], energies[-1]) == (2_000, 0.0, 8_999.0)


def test_every_transaction_is_written_as_it_ends() -> None:
    written: list[Mapping[str, Any]] = []
    judge = Judge(write=written.append)
    judge.begin("log", "log")
    for line, (at, who, text) in enumerate([*boot(), *start(10), *stop(100, 1_100)], 1):
        judge.take(entry(line, at, who, text))
    judge.finish()

    assert [one["id"] for one in written] == ["7"]


@pytest.mark.parametrize("kind", ODDITIES)
def test_every_oddity_has_words(kind: str) -> None:
    assert ODDITIES[kind]
