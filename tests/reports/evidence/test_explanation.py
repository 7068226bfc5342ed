"""The explanation of a case, as somebody reads it in a terminal."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from reports.evidence.explanation import render
from reports.evidence.ladder import MAX_ROWS
from reports.text.plain import width_of

CaseOf = Callable[[str], dict[str, Any]]
FREE = ("  trace ", "  run again ")


def line_with(text: str, part: str) -> str:
    lines = [line for line in text.splitlines() if part in line]
    assert len(lines) == 1, f"{part!r} is in {len(lines)} lines of\n{text}"
    return lines[0]


def pointed_at(text: str) -> str:
    """What stands above the carets."""
    lines = text.splitlines()
    number, carets = next((n, line) for n, line in enumerate(lines) if re.fullmatch(r" *\^+", line))
    return lines[number - 1][carets.index("^") : len(carets)]


@pytest.mark.parametrize("width", [80, 100])
def test_every_kind_of_case(results: dict[str, Any], text_file: SnapshotAssertion, width: int) -> None:
    assert "\n".join(render(case, width=width) for case in results["cases"]) == text_file


def test_colour_is_a_coat_of_paint(results: dict[str, Any], text_file: SnapshotAssertion) -> None:
    coloured = [render(case, color=True) for case in results["cases"]]
    assert "\n".join(coloured) == text_file
    for case, text in zip(results["cases"], coloured, strict=True):
        bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
        assert [line.rstrip() for line in bare.splitlines()] == render(case).splitlines()


@pytest.mark.parametrize("width", [10, 40, 61, 80, 100, 200])
def test_no_line_is_wider_than_asked(results: dict[str, Any], width: int) -> None:
    for case in results["cases"]:
        case["title"] += " 전기차 충전기" * 20
        for line in render(case, width=width).splitlines():
            assert width_of(line) <= max(width, 40) or line.startswith(FREE)


def test_a_mismatch_says_rule_frame_and_member(case_of: CaseOf) -> None:
    text = render(case_of("TC_003_CSMS"))
    assert text.startswith("FAIL  TC_003_CSMS  Regular charging session")
    assert line_with(text, "Authorize.conf").startswith("✗     9.2 │◄━")
    assert text.count("✗") == 1
    assert pointed_at(text) == '"Invalid"'
    assert "TC_003_CSMS.R3 · OCPP 1.6 §4.1" in text
    assert line_with(text, "  expected").endswith("idTagInfo.status = Accepted")
    assert line_with(text, "  actual").endswith("idTagInfo.status = Invalid")
    assert line_with(text, "  trace").endswith(" cases/TC_003_CSMS/trace.jsonl")
    assert line_with(text, "  run again").endswith(" plugproof precheck --sut sut.toml --case TC_003_CSMS")


def test_the_columns_name_harness_and_system(case_of: CaseOf) -> None:
    case = case_of("TC_003_CSMS")
    assert re.search(r"ms plugproof +SUT: Reference CSMS$", render(case), re.MULTILINE)
    case["failure"]["columns"] = {"station": "SUT: " + "a" * 200, "csms": "plugproof" + "b" * 200}
    heading = line_with(render(case, width=80), " ms SUT")
    assert heading == "       ms SUT: " + "a" * 29 + "…  plugproof" + "b" * 23 + "…"
    assert width_of(heading) == 80


def test_arrows_go_from_the_sender_to_the_receiver(case_of: CaseOf) -> None:
    text = render(case_of("TC_003_CSMS"))
    assert re.search(r"6\.1 ├─ Authorize  idTag=PP-VALID-1 ─+►│$", text, re.MULTILINE)
    assert re.search(r"5\.9 │◄─+ StatusNotification.conf ─┤$", text, re.MULTILINE)


def test_an_offending_frame_of_the_station_is_marked_too(case_of: CaseOf) -> None:
    case = case_of("TC_003_CSMS")
    for entry in case["failure"]["sequence"]:
        entry["offending"] = entry["seq"] == 11
    assert re.search(r"^✗     6\.1 ┝━ Authorize  idTag=PP-VALID-1 ━+►│$", render(case), re.MULTILINE)


def test_what_worked_is_folded(case_of: CaseOf) -> None:
    text = render(case_of("TC_003_CSMS"))
    assert "│  booted: 3 exchanges, 4 ms" in text
    assert "│  cleanup: 1 exchange, 1 ms" in text
    assert "BootNotification" not in text


def test_the_state_that_failed_is_unfolded_and_no_other(case_of: CaseOf) -> None:
    text = render(case_of("TC_031_CSMS"))
    assert "booted: 3 exchanges" in text
    assert line_with(text, "Authorize.conf").startswith("✗")


def test_without_a_mark_the_last_state_of_a_failed_preamble_is_unfolded(case_of: CaseOf) -> None:
    case = case_of("TC_031_CSMS")
    case["failure"]["sequence"][-1]["offending"] = False
    text = render(case)
    assert "booted: 3 exchanges" in text
    assert "├─ Authorize  idTag=PP-VALID-1" in text
    assert "✗" not in text


def test_a_preamble_that_failed_before_its_first_frame(case_of: CaseOf) -> None:
    case = case_of("TC_031_CSMS")
    case["failure"] |= {"sequence": [], "frame": None}
    assert "└" not in render(case)
    assert render(case).count("│" + " " * 88 + "│") == 2


def test_a_state_without_a_name_is_called_by_its_phase(case_of: CaseOf) -> None:
    case = case_of("TC_003_CSMS")
    for entry in case["failure"]["sequence"][:6]:
        entry["state"] = None
    assert "│  preamble: 3 exchanges, 4 ms" in render(case)


def test_an_offending_frame_of_the_cleanup_is_shown(case_of: CaseOf) -> None:
    case = case_of("TC_003_CSMS")
    for entry in case["failure"]["sequence"]:
        entry["offending"] = entry["seq"] == 14
    text = render(case)
    assert "cleanup:" not in text
    assert re.search(r"✗ +11\.0 │◄━+ StatusNotification.conf ━┥", text)


def test_silence_is_drawn_where_the_frame_should_have_been(case_of: CaseOf) -> None:
    text = render(case_of("TC_010_CSMS"))
    lines = text.splitlines()
    silence = next(number for number, line in enumerate(lines) if line.startswith("✗"))
    assert re.fullmatch(r"✗ +│[· ]+ nothing arrived in 30 s [· ]+│", lines[silence])
    assert "operator: RemoteStartTransaction" in lines[silence - 1]
    assert "cleanup:" in lines[silence + 1]


def test_silence_is_marked_once(case_of: CaseOf) -> None:
    case = case_of("TC_010_CSMS")
    case["failure"]["sequence"][8]["offending"] = True
    text = render(case)
    assert text.count("✗") == 1
    assert line_with(text, "operator:").startswith("✗")
    assert re.search(r"· nothing arrived in 30 s ·", text)


def test_people_stand_at_their_own_rail(case_of: CaseOf) -> None:
    assert re.search(r"│  driver: presents a card  idTag=PP-VALID-1 +│$", render(case_of("TC_003_CSMS")), re.MULTILINE)
    assert re.search(r"│ +operator: GetConfiguration  │$", render(case_of("TC_019_1_CSMS")), re.MULTILINE)


def test_notes_stand_in_the_middle(case_of: CaseOf) -> None:
    case = case_of("TC_003_CSMS")
    case["failure"]["sequence"][10] |= {"kind": "note", "direction": None, "label": "socket closed", "detail": "1006"}
    assert re.search(r"6\.1 │[· ]+ socket closed  1006 [· ]+│", render(case))


@pytest.mark.parametrize(("offending", "gaps"), [(60, [30, 32]), (3, [89]), (99, [69]), (None, [69])])
def test_a_long_sequence_is_cut_around_the_marked_line(case_of: CaseOf, offending: int | None, gaps: list[int]) -> None:
    case = case_of("TC_003_CSMS")
    template = case["failure"]["sequence"][7]
    case["failure"]["sequence"] = [
        template | {"seq": n, "ms": float(n), "label": f"Message{n}", "offending": n == offending} for n in range(100)
    ]
    text = render(case)
    assert [int(count) for count in re.findall(r"(\d+) more in the trace", text)] == gaps
    assert text.count("─►│") + text.count("━►│") + sum(gaps) == 100
    assert text.count("►│") <= MAX_ROWS
    assert "Message0 " in text
    assert text.count("✗") == (offending is not None)


def test_a_frame_without_a_member_at_fault_has_no_caret(case_of: CaseOf) -> None:
    case = case_of("TC_003_CSMS")
    case["failure"]["frame"] |= {"start": None, "end": None}
    text = render(case)
    assert "^" not in text
    assert "  frame 12  [3," in text


def test_a_missing_member_has_one_caret(case_of: CaseOf) -> None:
    case = case_of("TC_003_CSMS")
    where = case["failure"]["frame"]["text"].index("}}")
    case["failure"]["frame"] |= {"start": where, "end": where}
    lines = render(case).splitlines()
    carets = next(line for line in lines if line.strip() == "^")
    assert lines[lines.index(carets) - 1][len(carets) - 1 :] == "}}]"


def test_a_long_frame_is_cut_around_its_member(case_of: CaseOf) -> None:
    text = render(case_of("TC_019_1_CSMS"), width=80)
    assert pointed_at(text) == '"ThisKeyIsLongerThanAnyKeyMayEverBeInTheWholeOfOcpp16Edition2x"'
    assert line_with(text, "  frame 8").count("…") == 2


def test_the_system_under_test_cannot_paint_the_terminal(case_of: CaseOf) -> None:
    text = render(case_of("TC_064_CSMS"))
    assert "\x1b" not in text
    assert "␛[31mno" in text
    assert pointed_at(text) == '"NotImplemented"'


def test_no_secret_is_shown_and_the_caret_stays(case_of: CaseOf, password: str) -> None:
    text = render(case_of("TC_085_CSMS"))
    assert password not in text
    assert pointed_at(text) == '"reboot":true'


def test_what_an_operator_did_is_shown_uncut_and_without_secrets(case_of: CaseOf, password: str) -> None:
    case = case_of("TC_031_CSMS")
    assert "  operator" not in render(case)
    long = "<p>" + "no " * 200 + "</p>"
    case["failure"]["evidence"] = (
        f'POST http://x/reset\n\n{{"key":"AuthorizationKey","value":"{password}"}}'
        f"\n\n500 Oh after 3 ms\n\n{long}\x1b[31m"
    )
    lines = render(case, width=80).splitlines()
    first = lines.index("  operator  POST http://x/reset")
    assert lines[first + 1 : first + 5] == [
        "",
        '            {"key":"AuthorizationKey","value":"********"}',
        "",
        "            500 Oh after 3 ms",
    ]
    assert " ".join(line[12:] for line in lines[first + 6 :]).startswith(f"{long}␛[31m")
    assert password not in "".join(lines)


def test_an_error_keeps_its_traceback(case_of: CaseOf) -> None:
    text = render(case_of("TC_031_CSMS"))
    assert "  Traceback (most recent call last):\n    File " in text
    case = case_of("TC_031_CSMS")
    case["failure"]["traceback"] = "\n".join(f"line {n}." for n in range(100))
    assert "line 99." in render(case)
    assert "line 59." not in render(case)


def test_other_broken_rules_are_told_but_not_all(case_of: CaseOf) -> None:
    case = case_of("TC_003_CSMS")
    assert line_with(render(case), "  also ").endswith(
        "SHOULD JSON-07: The time has more than three decimals of a second."
    )
    case["findings"] = [case["findings"][1] | {"rule": f"X-{n}"} for n in range(5)]
    assert "X-4" in render(case)
    assert "more in results.json" not in render(case)
    case["findings"] = [case["findings"][0] | {"rule": f"X-{n}"} for n in range(8)]
    text = render(case)
    assert "X-4" in text
    assert "X-5" not in text
    assert "3 more in results.json" in text


def test_expectations_are_told(case_of: CaseOf) -> None:
    assert render(case_of("TC_042_1_CSMS")).startswith("XFAIL  TC_042_1_CSMS")
    assert "It is expected to fail: PROJ-123" in render(case_of("TC_042_1_CSMS"))
    assert "take it off expected_failures" in render(case_of("TC_056_CSMS")).replace("\n       ", " ")


def test_a_case_that_did_not_apply_says_why_and_no_more(case_of: CaseOf) -> None:
    assert render(case_of("TC_061_CSMS")).splitlines() == [
        "NOT APPLICABLE  TC_061_CSMS  Clear the authorization cache",
        "                Core · OCPP 1.6 §4.8 · PP-0001",
        "                not claimed: features.clear_cache = false in sut.toml",
    ]
