"""What the report functions do with text: width, cutting, masking."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.text.plain import clean, clip, fold, visible, width_of, window, wrap
from reports.text.secrets import MASK, mask, mask_span

PRINTABLE = st.text(max_size=80).map(visible)


def test_control_characters_become_signs_one_for_one() -> None:
    assert visible("\x1b[31m\x00\x7f\x9b\u202e\ud800\udfff\ufffe") == "␛[31m␀␡�����"


@given(st.text(st.characters(), max_size=60))
def test_visible_keeps_every_offset_and_leaves_nothing_invisible(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert shown.isprintable()
    assert visible(shown) == shown


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("::error::x", "··error::x"),
        ("it said ::error file=a::x", "it said ··error file=a::x"),
        ("see ##[group]x", "see ··[group]x"),
        ("a::b ::1 ## c", "a::b ::1 ## c"),
    ],
)
def test_what_a_ci_system_takes_for_a_command_is_none_any_more(text: str, expected: str) -> None:
    assert visible(text) == expected


def test_text_of_any_language_stays_and_blanks_become_spaces() -> None:
    assert visible("전기차 é e\u0301 – „x“") == "전기차 é e\u0301 – „x“"
    assert visible("a\u00a0b\u3000c") == "a b c"


def test_what_changes_a_width_in_hindsight_is_replaced() -> None:
    assert visible("☺\ufe0f\u200d\u00ad") == "☺���"


def test_line_breaks_stay_only_when_lines_are_wanted() -> None:
    assert visible("a\nb\tc", lines=True) == "a\nb␉c"
    assert visible("a\nb") == "a␊b"


def test_clean_takes_any_value() -> None:
    assert clean(7) == "7"
    assert clean("ws://CP:geheim@host\x07") == f"ws://CP:{MASK}@host␇"


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [("short", 5, "short"), ("too long", 5, "too…"), ("too long", 4, "too…"), ("전기차", 5, "전기…"), ("abc", 1, "…")],
)
def test_clip_counts_cells(text: str, width: int, expected: str) -> None:
    assert clip(text, width) == expected
    assert width_of(clip(text, width)) <= width


def test_wrap_breaks_at_spaces_and_inside_words_that_are_too_long() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("abcdefghij kl", 4) == ["abcd", "efgh", "ij", "kl"]
    assert wrap("a abcdefgh", 4) == ["a", "abcd", "efgh"]
    assert wrap("", 10) == [""]


def test_fold_keeps_blanks() -> None:
    assert fold("    four", 4) == ["    ", "four"]
    assert fold("", 4) == [""]


@given(PRINTABLE, st.integers(min_value=2, max_value=30))
def test_wrap_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(width_of(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_window_shows_a_short_text_whole() -> None:
    assert window("0123456789", 2, 4, 10) == ("0123456789", 2, 2)


def test_window_cuts_around_the_member() -> None:
    text = "a" * 40 + "MEMBER" + "b" * 40
    shown, first, cells = window(text, 40, 46, 20)
    assert shown == "…" + "a" * 8 + "MEMBER" + "b" * 4 + "…"
    assert shown[first : first + cells] == "MEMBER"


def test_window_gives_the_room_at_the_end_to_what_stands_before() -> None:
    shown, first, cells = window("a" * 40 + "MEMBER]", 40, 46, 20)
    assert shown == "…" + "a" * 11 + "MEMBER]"
    assert (first, cells) == (12, 6)


def test_window_shows_the_beginning_of_a_member_that_is_too_long() -> None:
    shown, first, cells = window("ab" + "M" * 90, 2, 92, 20)
    assert shown == "…" + "M" * 18 + "…"
    assert (first, cells) == (1, 18)


@given(PRINTABLE, st.data(), st.integers(min_value=6, max_value=60))
def test_window_fits_and_points_at_the_member(text: str, data: st.DataObject, width: int) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    shown, first, cells = window(text, start, end, width)
    assert width_of(shown) <= width
    pointed = {  # a character without a width may stand before the place or behind it
        shown[a:b]
        for a in range(len(shown) + 1)
        for b in range(a, len(shown) + 1)
        if width_of(shown[:a]) == first and width_of(shown[a:b]) == cells
    }
    member = text[start:end]
    assert any(member.startswith(one) for one in pointed)
    assert member in pointed or len(shown) < len(text) + 2


@pytest.mark.parametrize(
    "text",
    [
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"geheim"}]',
        '[2,"1","ChangeConfiguration",{"value" : "geheim","key" : "authorizationkey"}]',
        '[3,"1",{"configurationKey":[{"key":"AuthorizationKey","readonly":false,"value":"geheim"}]}]',
        '[2,"1","ChangeConfiguration",{"key":"BasicAuthPassword","value":"geheim',
        "key=AuthorizationKey value=geheim",
        "wss://CP-1:geheim@example.org/ocpp",
        "ftp://:geheim@example.org",
        "Authorization: Basic geheim",
    ],
)
def test_secrets_are_masked(text: str) -> None:
    masked = mask(text)
    assert "geheim" not in masked
    assert masked == text.replace("geheim", MASK)


@pytest.mark.parametrize(
    "text",
    [
        '[3,"1",{"configurationKey":[{"key":"A","value":"open"},{"key":"AuthorizationKey","readonly":true}]}]',
        '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":""}]',
        "ws://127.0.0.1:9000/ocpp/CP@home",
        "Basic authentication",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert mask(text) == text


def test_a_secret_that_two_patterns_find_is_masked_once() -> None:
    text = '{"key":"AuthorizationKey","value":"ftp://u:geheim@h","key":"AuthorizationKey"}'
    assert mask(text) == f'{{"key":"AuthorizationKey","value":"{MASK}","key":"AuthorizationKey"}}'


@pytest.mark.parametrize(
    "member", ['"key"', '"value":"geheim"', '"geheim"', "geheim", '"more":1', "heim", "ge", '"value":"', '","more"']
)
def test_the_marked_part_moves_with_the_mask(member: str) -> None:
    text = '{"key":"AuthorizationKey","value":"geheim","more":1}'
    start = text.index(member)
    masked, first, last = mask_span(text, start, start + len(member))
    wanted = member.replace("geheim", MASK) if "geheim" in member else {"heim": MASK, "ge": MASK}.get(member, member)
    assert masked[first:last] == wanted
