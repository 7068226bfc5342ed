"""The abstract as a PDF, read back by its tags with a small reader of our own (`pdf_reading`)."""

import json
import re
import zlib
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import typst

from reports.documents import printed
from reports.documents.document import Document, cell, facts
from reports.documents.pdf import pdf
from reports.v16.abstract import lay_out, write
from tests.reports.support.abstract_reading import from_html
from tests.reports.support.pdf_reading import Reading, read, squeezed
from tests.reports.v16.abstract.cases import LAB, report
from tests.reports.v16.abstract.test_command import file, plugproof
from tests.reports.v16.abstract.test_golden import EXPECTED, TITLES

__all__ = ["file"]

HANGUL = "한국환경공단"
CUNEIFORM = "\U00012000\U00012001"


def page_of(*rows: tuple[str, str], title: str = "Title") -> Document:
    block = facts("Block", ((cell(name), cell(value)) for name, value in rows))
    return Document("No certificate.", title, (block,), "Legend.", "ref-1", "2026-11-21T10:00:05Z", "tool 1")


def reading(name: str, **changes: Any) -> Reading:
    return read(write(report(name, **changes), "pdf"))


@pytest.mark.parametrize("name", EXPECTED)
def test_every_cell_of_a_reference_case(name: str) -> None:
    parts = squeezed(reading(name).parts)
    assert parts == squeezed(EXPECTED[name])
    assert list(parts) == list(squeezed(EXPECTED[name]))


@pytest.mark.parametrize(("name", "other"), [("A", "2024"), ("B", "2024"), ("C", "2023")])
def test_every_cell_in_the_other_layout(name: str, other: str) -> None:
    page = write(report(name, layout=other), "html").decode()
    assert squeezed(reading(name, layout=other).parts) == squeezed(from_html(page))


@pytest.mark.parametrize(("name", "layout"), [("A", "2023"), ("C", "2024")])
def test_all_pages_say_what_they_are_and_are_counted(name: str, layout: str) -> None:
    disclaimer, id = "Produced by an open harness, no certificate.", "plugproof-2026-11-21-0123456789ab"
    first, second = reading(name).pages
    assert first.marked[0] == disclaimer
    assert first.marked[1] == TITLES[layout]
    assert first.running == f"{id}Page 1 of 2"
    assert second.running == f"{disclaimer}{id}Page 2 of 2"


def test_the_same_report_gives_the_same_bytes_dated_by_its_run() -> None:
    content = write(report("C"), "pdf")
    assert content == write(report("C"), "pdf")
    assert b"2026-11-21T10:00:05" in content
    assert b"plugproof 0.1.0" in content
    other = write(report("C", generated_at="2026-11-22T10:00:05Z"), "pdf")
    assert other != content


def test_it_is_for_archives_and_for_screen_readers() -> None:
    content = write(report("C"), "pdf")
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"/Lang(en)" in content


def test_no_text_is_markup() -> None:
    hostile = [
        "#strong[x]",
        "= x",
        "$x$ @ref <a>",
        "\\",
        '"',
        "//x",
        "*a* _b_ `c`",
        "- #eval(1)",
        '#include "/etc/passwd"',
    ]
    found = read(pdf(page_of(*((text, text) for text in hostile), title=hostile[0])).content)
    assert squeezed(found.parts)["Block"] == squeezed([[text, text] for text in hostile])
    assert found.pages[0].marked[1] == hostile[0]


def test_names_in_latin_greek_and_cyrillic_need_no_font_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    compiler = typst.Compiler
    asked: list[dict[str, Any]] = []

    def noted(text: Any, **options: Any) -> Any:
        asked.append(options)
        return compiler(text, **options)

    monkeypatch.setattr(typst, "Compiler", noted)
    names = "Żółć Ångström Łódź Ελλάδα Ѕпорт Привет"
    made = pdf(page_of(("Name", names)))
    found = read(made.content)
    assert squeezed(found.parts)["Block"] == squeezed([["Name", names]])
    assert (found.unmapped, made.warning) == (0, None)
    assert asked == [{"ignore_system_fonts": True}]


@pytest.mark.parametrize("name", [HANGUL, "東京電力", "国家电网", "საქართველო"])
def test_another_script_is_printed_or_it_is_said_that_it_is_not(name: str) -> None:
    """Which of the two depends on the fonts of the machine; a box is neither."""
    made = pdf(page_of(("Name", name), title=name))
    found = read(made.content)
    assert found.unmapped == 0
    if made.warning is None:
        assert found.parts["Block"] == [["Name", name]]
    else:
        assert set(made.missing) <= set(name)
        assert all(f"U+{ord(character):04X}" in found.text for character in made.missing)


def test_what_no_font_has_is_named_once_and_printed_as_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = partial(typst.Compiler, ignore_system_fonts=True)
    monkeypatch.setattr(typst, "Compiler", lambda text, ignore_system_fonts: alone(text))
    told: list[str] = []
    content = printed(page_of(("Name", f"a {CUNEIFORM} b"), ("Other", HANGUL * 9)), "pdf", told.append)
    rows = squeezed(read(content).parts)["Block"]
    assert rows[0] == ["Name", "a[U+12000U+12001]b"]
    assert rows[1][1].startswith("[U+D55CU+AD6DU+D658")
    assert told == [
        f"no font of this machine has {''.join(sorted(HANGUL + CUNEIFORM))}; the PDF has Unicode numbers instead, "
        "install one with this script (for Korean, Japanese and Chinese: Noto Sans CJK) and print again"
    ]


def test_many_missing_characters_are_not_all_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(typst, "Compiler", partial(typst.Compiler))
    signs = "".join(chr(0x12000 + number) for number in range(20))
    made = pdf(page_of(("Name", signs)))
    if made.missing == signs:  # but on a machine with a font for cuneiform
        assert f"has {signs[:12]}...; the" in str(made.warning)


def test_an_error_of_another_kind_is_not_taken_for_a_missing_glyph() -> None:
    with pytest.raises(typst.TypstError, match="title"):
        pdf(page_of(("Name", "x"), title=""))


def test_only_a_word_wider_than_its_column_may_break() -> None:
    """It breaks behind its signs where that is enough, else anywhere; a digest stays whole and can be copied."""
    digest, key, word = "c" * 64, ".".join(["member"] * 30), "W" * 200
    rows = read(pdf(page_of(("Digest", digest), ("Key", key), ("Word", word))).content).parts["Block"]
    lines = [squeezed(row[1].split("\n")) for row in rows]
    assert ["".join(part) for part in lines] == [digest, key, word]
    assert len(lines[0]) == 1
    assert len(lines[1]) > 2
    assert all(line.endswith("member.") for line in lines[1][:-1])
    assert len(lines[2]) > 2


def test_a_long_table_goes_over_pages_with_its_row_of_pages_counted() -> None:
    rows = tuple((f"Row {number}", "x " * 120) for number in range(60))
    found = read(pdf(page_of(*rows)).content)
    assert len(found.pages) > 2
    assert squeezed([row[0] for row in found.parts["Block"]]) == [f"Row{number}" for number in range(60)]
    assert all(
        re.search(rf"Page {number} of {len(found.pages)}", page.running) for number, page in enumerate(found.pages, 1)
    )


def test_no_signature_is_filled_in() -> None:
    rows = reading("A").parts["Statement of Approval"]
    signed = [squeezed(row[2:]) for row in rows if "Signature" in row]
    assert signed == [["Signature", "_" * 24]] * 2
    assert ["Company", LAB, "Signature", "_" * 24] in rows


def test_the_command_writes_one(file: Path, results: dict[str, Any], tmp_path: Path) -> None:
    results["run"]["sut"] |= {
        "holder": "Żółć Ltd.",
        "vendor": "Żółć Ltd.",
        "designation": "ΕΣΣ",
        "software_version": "Я",
    }
    file.write_text(json.dumps(results), encoding="utf-8")
    out = tmp_path / "abstract.pdf"
    assert plugproof(file, "--layout", "2024", "--format", "pdf", "--out", out) == (0, f"{out}: written\n", "")
    assert "Statement of Approval" in read(out.read_bytes()).parts
    plain = tmp_path / "other.pdf"
    assert plugproof(file, "--out", plain)[0] == 0
    assert plain.read_bytes() == out.read_bytes()


def test_the_command_says_what_it_could_not_print(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = partial(typst.Compiler, ignore_system_fonts=True)
    monkeypatch.setattr(typst, "Compiler", lambda text, ignore_system_fonts: alone(text))
    lab = tmp_path / "lab.toml"
    lab.write_text(f'[laboratory]\nname = "{CUNEIFORM}"\n', encoding="utf-8")
    code, _, err = plugproof(file, "--lab", lab, "--out", tmp_path / "a.pdf")
    assert code == 0
    assert err.startswith("no font of this machine has ")
    assert CUNEIFORM in err.partition(";")[0]


def test_a_pdf_is_nothing_for_a_terminal(file: Path) -> None:
    assert plugproof(file, "--format", "pdf") == (2, "", "--format pdf is nothing for a terminal; add --out FILE\n")


def test_all_rows_are_laid_out() -> None:
    document = lay_out(report("A"), all_rows=True)
    assert squeezed(read(printed(document, "pdf")).parts)["Limitsandnon-OCPPsettings"] == []


def sizes(content: bytes) -> set[float]:
    """The sizes of all letters, in points; typst sets text without scaling it."""
    found = set()
    for match in re.finditer(rb"stream\n", content):
        try:
            text = zlib.decompressobj().decompress(content[match.end() :])
        except zlib.error:  # a profile or a font that is no page
            continue
        found |= {float(size) for size in re.findall(rb"/f\d+ ([\d.]+) Tf", text)}
    return found


@pytest.mark.parametrize("name", EXPECTED)
def test_no_letter_is_too_small_to_be_read(name: str) -> None:
    found = sizes(write(report(name, partial="Partial run: 1 of 2.", notices=("Only some.",)), "pdf"))
    assert found
    assert min(found) >= 8.5


def luminance(color: str) -> float:
    parts = [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("template", ["document.typ", "document.html.j2"])
def test_letters_stand_out_from_their_ground(template: str) -> None:
    """4.5 to 1 at the least (WCAG 2.2, 1.4.3), on each ground of the page."""
    source = resources.files("reports").joinpath("templates", template).read_text("utf-8")
    letters = {"#4a4f57", "#8a1c1c", "#1a1a1a"}
    assert letters <= set(re.findall(r"#[0-9a-f]{6}", source))
    assert {"#6b7280", "#555c66"} & set(re.findall(r"#[0-9a-f]{6}", source)) == set()
    for ground in ("#ffffff", "#eef1f4", "#f8f9fa"):
        for letter in letters:
            assert (luminance(ground) + 0.05) / (luminance(letter) + 0.05) >= 4.5


@pytest.mark.parametrize("layout", ["2023", "2024"])
@pytest.mark.parametrize("limits", range(0, 40, 4))
def test_the_performance_part_stays_on_one_page(layout: str, limits: int) -> None:
    """However much stands before it."""
    more = tuple(f"Contradicted {number}." for number in range(limits))
    found = reading("C", layout=layout, mismatches=more)
    title = squeezed("Performance Measurement Result" + ("s" if layout == "2023" else ""))
    (page,) = [page for page in found.pages if title in squeezed("".join(page.marked.values()))]
    text = squeezed("".join(page.marked.values()))
    assert text.count(squeezed("Response time Authorize")) == (1 if layout == "2023" else 2)
    assert layout == "2023" or squeezed("Communication technology during the measurement: Ethernet") in text
