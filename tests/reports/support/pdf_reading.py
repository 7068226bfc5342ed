"""Reads a PDF of ours back by its tags, as a screen reader does, cell by cell. It knows of PDF what typst writes.

A glyph counts as what the font's ToUnicode table says; `Reading.unmapped` has those that it does not name (boxes).
"""

import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from tests.reports.support.abstract_reading import Parts

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n?(.*?)\nendobj", re.DOTALL)
_REFERENCE = re.compile(rb"(\d+) 0 R")
_MARK = re.compile(rb"/MCID (\d+)")
_INNER = rb"\((?:\\.|[^\\()])*\)"
# A parenthesis may stand in a string as it is, when there is its partner.
_LITERAL = rb"\(((?:\\.|[^\\()]|\((?:\\.|[^\\()]|" + _INNER + rb")*\))*)\)"
_STRING = re.compile(_LITERAL + rb"|<([0-9a-fA-F]+)>", re.DOTALL)
_TOKEN = re.compile(
    rb"(?P<begin>/\w+<<[^\n]*?>>BDC)|(?P<end>EMC)|/(?P<font>f\d+) [\d.]+ Tf"
    rb"|\[?(?P<text>(?:" + _LITERAL + rb"|<[0-9a-fA-F]+>|[-\d.])+)\]?\s*T[jJ]",
    re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_PAIR = re.compile(rb"<([0-9A-F]+)> <([0-9A-F]+)>\n")


@dataclass
class Page:
    """Marked content -> its text, and the text that has no mark of its own: running headers and footers."""

    marked: dict[int, str] = field(default_factory=dict)
    running: str = ""


@dataclass
class Reading:
    """What a PDF says."""

    parts: Parts
    pages: list[Page]
    unmapped: int = 0

    @property
    def text(self) -> str:
        """Everything, without white space."""
        return squeezed("".join("".join(page.marked.values()) + page.running for page in self.pages))


def squeezed(value: Any) -> Any:
    """Texts without white space, because a line that is broken loses its blank."""
    if isinstance(value, str):
        return re.sub(r"[\s\u200b]+", "", value)
    if isinstance(value, dict):
        return {squeezed(key): squeezed(item) for key, item in value.items()}
    return [squeezed(item) for item in value]


def read(content: bytes) -> Reading:
    """The PDF. Header and footer of a page are running text, the source letters of cells are left out."""
    assert content.startswith(b"%PDF-1.7")
    objects = {int(match[1]): match[2] for match in _OBJECT.finditer(content)}
    reading = Reading({}, [])
    numbers: dict[int, Page] = {}
    pages = next(body for body in objects.values() if b"/Type/Pages" in body)
    for number in _references(pages, b"/Kids"):
        numbers[number] = page = _page(objects, objects[number], reading)
        reading.pages.append(page)
    root = next(body for body in objects.values() if b"/Type/StructTreeRoot" in body)
    rows: list[list[str]] = []
    for number in _references(objects[_references(root, b"/K")[0]], b"/K"):
        rows = _element(objects, numbers, number, reading.parts, rows)
    rows.pop()  # the legend
    return reading


def _element(
    objects: dict[int, bytes], pages: dict[int, Page], number: int, parts: Parts, rows: list[list[str]]
) -> list[list[str]]:
    """Take one child of the document in; gives the rows that what follows belongs to."""
    body = objects[number]
    kind = _kind(body)
    if kind == b"H2":
        rows = parts.setdefault(_text(objects, pages, number), [])
    elif kind == b"TR":
        rows.append([_text(objects, pages, cell) for cell in _references(body, b"/K")])
    elif kind in (b"Table", b"THead", b"TBody", b"Div", b"Part", b"Sect"):
        for child in _references(body, b"/K"):
            rows = _element(objects, pages, child, parts, rows)
    elif text := _text(objects, pages, number):
        rows.append([text])
    return rows


def _kind(body: bytes) -> bytes:
    match = re.search(rb"/S/(\w+)", body)
    assert match is not None
    return match[1]


def _text(objects: dict[int, bytes], pages: dict[int, Page], number: int) -> str:
    body = objects[number]
    if b"/BaselineShift" in body:  # the letter of the source
        return ""
    page = re.search(rb"/Pg (\d+) 0 R", body)
    lines = []
    for reference, mark in re.findall(rb"(\d+) 0 R|(\d+)", _list(body, b"/K")):
        if reference:
            lines.append(_text(objects, pages, int(reference)))
        else:
            assert page is not None
            lines.append(pages[int(page[1])].marked[int(mark)])
    return "\n".join(filter(None, lines))


def _list(body: bytes, key: bytes) -> bytes:
    match = re.search(key + rb"\[([^\]]*)\]", body)
    return match[1] if match else b""


def _references(body: bytes, key: bytes) -> list[int]:
    return [int(number) for number in _REFERENCE.findall(_list(body, key))]


def _page(objects: dict[int, bytes], body: bytes, reading: Reading) -> Page:
    page = Page()
    fonts = _fonts(objects, body)
    font: dict[int, str] = {}
    marks: list[int | None] = []
    for token in _TOKEN.finditer(_stream(objects[_one(body, b"/Contents")])):
        if token["begin"]:
            mark = _MARK.search(token["begin"])
            outer = marks[-1] if marks else None
            marks.append(int(mark[1]) if mark else outer)
            if mark:
                page.marked[int(mark[1])] = ""
        elif token["end"]:
            marks.pop()
        elif token["font"]:
            font = fonts[token["font"]]
        elif token["text"]:
            text = ""
            for code in _codes(token["text"]):
                text += font.get(code, "")
                reading.unmapped += code == 0 or code not in font
            if marks and marks[-1] is not None:
                page.marked[marks[-1]] += text
            else:
                page.running += text
    return page


def _fonts(objects: dict[int, bytes], body: bytes) -> dict[bytes, dict[int, str]]:
    resources = objects[_one(body, b"/Resources")]
    match = re.search(rb"/Font<<(.*?)>>", resources, re.DOTALL)
    assert match is not None
    result = {}
    for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", match[1]):
        table = _stream(objects[_one(objects[int(number)], b"/ToUnicode")])
        result[name] = {
            int(code, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for code, text in _PAIR.findall(table)
        }
    return result


def _one(body: bytes, key: bytes) -> int:
    match = re.search(key + rb" (\d+) 0 R", body)
    assert match is not None, key
    return int(match[1])


def _stream(body: bytes) -> bytes:
    head, _, data = body.partition(b"stream\n")
    length = re.search(rb"/Length (\d+)", head)
    assert length is not None
    return zlib.decompress(data[: int(length[1])])


def _codes(text: bytes) -> list[int]:
    data = b"".join(
        bytes.fromhex(hexadecimal.decode()) if hexadecimal else _ESCAPE.sub(_escaped, literal)
        for literal, hexadecimal in _STRING.findall(text)
    )
    return [int.from_bytes(data[place : place + 2]) for place in range(0, len(data), 2)]


def _escaped(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 8)]) if match[1] else _LETTERS.get(match[2], match[2])
