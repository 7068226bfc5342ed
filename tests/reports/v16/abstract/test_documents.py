"""The documents themselves: what each says about itself, sources, hostile texts, the published schema, snapshots."""

import json
import re
from typing import Any

import msgspec
import pytest
from jsonschema import Draft202012Validator
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.single_file import SingleFileSnapshotExtension, WriteMode

from reports.documents import FORMATS, Block, Document
from reports.v16.abstract import Report, from_results, lay_out, write
from reports.v16.abstract.sources import SOURCES
from tests import ROOT
from tests.reports.support.abstract_reading import from_html, from_markdown
from tests.reports.support.pdf_reading import read
from tests.reports.v16.abstract.cases import model, report
from tests.reports.v16.abstract.schema import published

SCHEMA = ROOT / "schemas" / "documents" / "abstract.schema.json"
DISCLAIMER = (
    "This report was produced by plugproof, an open conformance harness. It is no certificate and does not replace one."
)


class HtmlFile(SingleFileSnapshotExtension):
    _write_mode = WriteMode.TEXT
    file_extension = "html"


class MarkdownFile(HtmlFile):
    file_extension = "md"


def text_of(content: bytes, format: str) -> str:
    return read(content).text if format == "pdf" else content.decode()


@pytest.mark.parametrize("layout", ["2023", "2024"])
@pytest.mark.parametrize("format", ["html", "md"])
def test_document(results: dict[str, Any], layout: Any, format: str, snapshot: SnapshotAssertion) -> None:
    kind = {"html": HtmlFile, "md": MarkdownFile}[format]
    assert write(from_results(results, layout), format).decode() == snapshot.use_extension(kind)


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_every_document_says_first_that_it_is_no_certificate(results: dict[str, Any], layout: Any) -> None:
    made = from_results(results, layout)
    assert write(made, "md").decode().splitlines()[0] == f"> {DISCLAIMER}"
    page = write(made, "html").decode()
    body = page[page.index("<body>") :]
    assert body.index(DISCLAIMER) < body.index("<h1>")
    assert json.loads(write(made, "json"))["disclaimer"] == DISCLAIMER


def test_every_printed_page_says_so_and_is_counted(results: dict[str, Any]) -> None:
    page = write(from_results(results), "html").decode()
    sheet = page[page.index("@page") : page.index(":root")]
    assert f'@top-center {{ content: "{DISCLAIMER}"' in sheet
    assert 'counter(page) " from " counter(pages)' in sheet


def test_a_disclaimer_cannot_leave_its_place_in_the_style() -> None:
    page = write(report("A", disclaimer='no "certificate" </style><b> \\'), "html").decode()
    style = page[: page.index("</style>")]
    assert "@bottom-right" in style
    assert r'content: "no \22 certificate\22  \3c /style\3e \3c b\3e  \5c "' in style


def test_the_page_needs_no_other_file(results: dict[str, Any]) -> None:
    page = write(from_results(results), "html").decode()
    assert not re.search(r"https?://|src=|href=|@import|url\(", page)


@pytest.mark.parametrize("format", FORMATS)
def test_no_number_like_that_of_a_certificate_is_made(results: dict[str, Any], format: str) -> None:
    assert "OCA" not in text_of(write(from_results(results), format), format)


@pytest.mark.parametrize("format", FORMATS)
def test_documents_hold_no_secret(results: dict[str, Any], password: str, format: str) -> None:
    results["run"]["sut"]["designation"] = f"wss://station:{password}@host/"
    assert password not in text_of(write(from_results(results), format), format)


@pytest.mark.parametrize("layout", ["2023", "2024"])
@pytest.mark.parametrize("hostile", ["<script>|</td>", "a | b", "[x](http://evil)", "\x1b[31m", "_a_ *b*", "`x`"])
def test_no_text_can_break_the_document(layout: str, hostile: str) -> None:
    product = model("A")["product"] | {"designation": hostile, "holder": hostile}
    made = report("A", layout=layout, product=product)
    wanted = [["Holder", hostile.replace("\x1b", "␛")], ["Designation", hostile.replace("\x1b", "␛")]]
    for parts in (from_html(write(made, "html").decode()), from_markdown(write(made, "md").decode())):
        assert [row for row in parts["Product"] if row[0] in ("Holder", "Designation")] == wanted
    assert "<script>" not in write(made, "html").decode()


def parts_of(document: Document) -> list[Block]:
    """The blocks, those under the heading of another included."""
    return [part for block in document.blocks for part in (block, *block.more)]


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_no_cell_is_empty(layout: str) -> None:
    blank = model("C")["product"] | {"designation": "  ", "holder": "", "communication": None}
    document = lay_out(report("C", layout=layout, product=blank), all_rows=True)
    cells = [cell for block in parts_of(document) for row in (*block.rows, block.remarks) for cell in row]
    assert all(cell.text.strip() for cell in cells)
    assert "-" in {cell.text for cell in cells}


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_a_letter_comes_from_the_model(layout: str) -> None:
    """With the letter of one place changed in the model, it changes in print, and nowhere else."""
    for place in SOURCES:
        plain = lay_out(report("C", layout=layout))
        changed = lay_out(report("C", layout=layout, sources=SOURCES | {place: "K" if SOURCES[place] != "K" else "T"}))
        differing = [
            (before.text, after.text)
            for block, other in zip(parts_of(plain), parts_of(changed), strict=True)
            for row, new in zip((*block.rows, block.remarks), (*other.rows, other.remarks), strict=True)
            for before, after in zip(row, new, strict=True)
            if before != after
        ]
        assert all(before == after for before, after in differing)
        if place in ("lab.name", "product.holder", "functionalities.result", "performance.measured", "id"):
            assert differing


def test_sources_are_shown(results: dict[str, Any]) -> None:
    made = from_results(results)
    assert '<td data-source="M">Fail</td>' in write(made, "html").decode()
    assert "| Fail <sup>M</sup> |" in write(made, "md").decode()
    assert "P stated by the vendor (PICS), M measured" in write(made, "html").decode()


# ---- JSON and its schema


def test_the_published_schema_is_that_of_the_model() -> None:
    """If not: python -m tests.reports.v16.abstract.schema > schemas/documents/abstract.schema.json"""
    assert json.loads(SCHEMA.read_text(encoding="utf-8")) == json.loads(json.dumps(published()))


@pytest.mark.parametrize("layout", ["2023", "2024"])
def test_json_is_the_whole_model_and_fits_the_schema(results: dict[str, Any], layout: Any) -> None:
    made = from_results(results, layout)
    content = write(made, "json")
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    Draft202012Validator.check_schema(validator.schema)
    assert list(validator.iter_errors(json.loads(content))) == []
    assert msgspec.json.decode(content, type=Report) == made


@pytest.mark.parametrize(
    "change",
    [
        {"layout": "2025"},
        {"unknown": 1},
        {"functionalities": [{"key": "core", "result": "OK", "counts": {}}]},
        {"lab": 1},
    ],
)
def test_the_schema_refuses_what_no_model_is(change: dict[str, Any]) -> None:
    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    assert not list(validator.iter_errors(model("A")))
    assert list(validator.iter_errors(model("A") | change))
