"""The PICS form from its model: every question and answer in every format, what is missing first, odd texts."""

import json
from typing import Any

import msgspec
import pytest

from reports.documents import FORMATS
from reports.v16.pics import Case, Form, Person, Question, Section, lay_out, write
from reports.v16.pics.layout import NOT_ANSWERED
from tests.reports.support.abstract_reading import from_html, from_markdown
from tests.reports.support.pdf_reading import read, squeezed

SWITCHED = tuple(f"TC_{number:03}_CSMS" for number in range(7))
QUESTIONS = {
    "features.yes": Question(key="features.yes", text="A?", answer=True, switches=SWITCHED[:2], oca_ref="C-11"),
    "features.no": Question(key="features.no", text="B?", answer=False, switches=SWITCHED),
    "features.open": Question(key="features.open", text="C?", state="open"),
    "features.not": Question(key="features.not", text="D?", state="not asked", because="profiles.x = false"),
    "features.optional": Question(key="features.optional", text="E?", state="optional"),
    "features.access": Question(key="features.access", text="F?", answer="rw"),
    "features.fixed": Question(key="features.fixed", text="G?", answer="true_only"),
    "features.text": Question(key="features.text", text="H?", answer="free text"),
    "features.list": Question(key="features.list", text="I?", answer=["A", "W"]),
    "features.none": Question(key="features.none", text="J?", answer=[]),
    "features.number": Question(key="features.number", text="K?", answer=2.5, unit="seconds"),
    "features.count": Question(key="features.count", text="L?", answer=3),
    "features.some_range": Question(key="features.some_range", text="M?", answer=[10, 300], unit="seconds"),
}
PRINTED = [
    ["yes (C-11)", "A?", "Yes", "TC_000_CSMS, TC_001_CSMS"],
    ["no", "B?", "No", "7 cases"],
    ["open", "C?", NOT_ANSWERED, "-"],
    ["not", "D?", "not asked: profiles.x = false", "-"],
    ["optional", "E?", "-", "-"],
    ["access", "F?", "present, can be changed", "-"],
    ["fixed", "G?", "present, always true", "-"],
    ["text", "H?", "free text", "-"],
    ["list", "I?", "A, W", "-"],
    ["none", "J?", "none", "-"],
    ["number", "K?", "2.5 seconds", "-"],
    ["count", "L?", "3", "-"],
    ["some_range", "M?", "10 to 300 seconds", "-"],
]


def form(**changes: Any) -> Form:
    model = Form(
        role="csms",
        disclaimer="No certificate.",
        harness="plugproof 0.1.0",
        source="sut.toml",
        made="2026-11-21T10:00:00Z",
        digest="0123456789abcdef" * 4,
        kind="Full",
        sections=(
            Section(
                key="product",
                title="Product",
                questions=(
                    Question(key="product.sut", text="What?", answer="csms"),
                    Question(key="product.declared_route", text="How?", answer="lab"),
                    Question(key="product.designation", text="Name?", answer="rw"),
                ),
            ),
            Section(key="features", title="Features", questions=tuple(QUESTIONS.values())),
        ),
        applies=7,
        left_out=(Case(id="TC_099_CSMS", title="Title", reason="not claimed: features.no = false"),),
        vendor=Person(name="Jo Doe"),
        laboratory=Person(reviewer="Sam Roe"),
    )
    return msgspec.structs.replace(model, **changes)


def parts_of(model: Form, format: str) -> dict[str, list[list[str]]]:
    content = write(model, format)
    if format == "pdf":
        return squeezed(read(content).parts)
    text = content.decode()
    # What is missing is bold in Markdown, which the reader of abstracts knows nothing of.
    return squeezed(from_html(text) if format == "html" else from_markdown(text.replace("**", "")))


def seen(rows: list[list[str]], format: str) -> list[list[str]]:
    """Rows as the reader of ``format`` gives them: in Markdown dashes at the end of a row look like a separator's."""
    if format == "md":
        rows = [[row[0]] if set(row[1:]) == {"-"} else row for row in rows]
    return squeezed(rows)


@pytest.mark.parametrize("format", ["html", "md", "pdf"])
def test_every_question_with_its_answer(format: str) -> None:
    parts = parts_of(form(), format)
    assert list(parts) == squeezed(
        [
            "Overview",
            "Not answered",
            "Product",
            "Features",
            "Cases that these answers leave out",
            "Statement of Approval",
        ]
    )
    assert parts["Features"] == squeezed([["Key in the file", "Question", "Answer", "Cases"], *PRINTED])
    # without a case in the whole section there is no column for them
    assert parts["Product"] == squeezed(
        [
            ["Key in the file", "Question", "Answer"],
            ["sut", "What?", "Charging Station Management System"],
            ["declared_route", "How?", "tested by a laboratory"],
            ["designation", "Name?", "rw"],
        ]
    )
    assert parts[squeezed("Cases that these answers leave out")][1:] == squeezed(
        [["TC_099_CSMS", "Title", "not claimed: features.no = false"]]
    )
    assert parts[squeezed("Statement of Approval")] == seen(
        [
            ["Vendor"],
            ["Name", "Jo Doe", "Date", "-"],
            ["Company", "-", "Signature", "_" * 24],
            *([name, "-"] for name in ("Department", "Position", "Location")),
            ["Laboratory"],
            ["Name", "-", "Date", "-"],
            ["Reviewer", "Sam Roe", "Signature", "_" * 24],
            *([name, "-"] for name in ("Company", "Department", "Position", "Location")),
        ],
        format,
    )


@pytest.mark.parametrize("format", ["html", "md", "pdf"])
def test_what_is_missing_comes_first(format: str) -> None:
    parts = parts_of(form(), format)
    assert parts["Overview"][1:3] == squeezed(
        [["Cases that apply", "7 of 8"], ["Questions without an answer", "1, listed below"]]
    )
    assert parts["Notanswered"][1:] == squeezed([["features.open", "C?"]])


@pytest.mark.parametrize("format", ["html", "md", "pdf"])
def test_a_complete_form_says_so_and_leaves_nothing_out(format: str) -> None:
    answered = Section(key="features", title="Features", questions=(QUESTIONS["features.yes"],))
    parts = parts_of(form(sections=(answered,), left_out=()), format)
    assert list(parts) == squeezed(["Overview", "Features", "Statement of Approval"])
    assert parts["Overview"][1:3] == squeezed([["Cases that apply", "7 of 7"], ["Questions without an answer", "none"]])


def test_an_answer_that_is_missing_can_be_seen() -> None:
    assert f'class="open">{NOT_ANSWERED}<' in write(form(), "html").decode()
    assert f"| **{NOT_ANSWERED}** |" in write(form(), "md").decode()
    assert [question.key for question in form().open] == ["features.open"]


def test_json_is_the_model() -> None:
    model = json.loads(write(form(), "json"))
    assert msgspec.convert(model, Form, strict=False).open == form().open
    assert model["sections"][1]["questions"][1]["switches"] == list(SWITCHED)


def test_it_says_first_what_it_is_and_how_it_is_called() -> None:
    document = lay_out(form())
    assert (document.reference, document.made) == ("pics-0123456789ab", "2026-11-21T10:00:00Z")
    assert write(form(), "md").decode().startswith("> No certificate.\n")
    pages = read(write(form(), "pdf")).pages
    assert all("pics-0123456789abPage " in page.running for page in pages)
    assert all("No certificate." in page.running for page in pages[1:])


@pytest.mark.parametrize("format", FORMATS)
def test_no_secret_is_printed(format: str) -> None:
    secret = Question(key="features.text", text="?", answer="wss://station:correct-horse@host/")
    content = write(form(sections=(Section(key="features", title="Features", questions=(secret,)),)), format)
    text = read(content).text if format == "pdf" else content.decode()
    assert "correct-horse" not in text
    assert "host" in text


@pytest.mark.parametrize("format", ["html", "md", "pdf"])
def test_odd_answers_do_not_break_the_form(format: str) -> None:
    odd = ["<script>|</td>", "#strong[x] $a$", "W" * 300, "a_b.c" * 30, "\x1b[31m", " "]
    questions = tuple(Question(key=f"features.{n}", text=text, answer=text) for n, text in enumerate(odd))
    parts = parts_of(form(sections=(Section(key="features", title="Features", questions=questions),)), format)
    shown = [text.replace("\x1b", "␛").strip() or "-" for text in odd]
    # No font need have the sign for a control character.
    rows = [[text.replace("[U+241B]", "␛") for text in row] for row in parts["Features"][1:]]
    assert rows == seen([[str(n), text, text] for n, text in enumerate(shown)], format)
