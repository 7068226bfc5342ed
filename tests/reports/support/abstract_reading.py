"""Reads a printed abstract back: title -> rows of cells, and the remarks below, from HTML as from Markdown."""

import re
from html.parser import HTMLParser

Parts = dict[str, list[list[str]]]
"""Title of a block -> its rows, the row of headings first if there is one; a remark is a row of one cell."""

_SOURCE = re.compile(r" <sup>[PMLT]</sup>")


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: Parts = {}
        self._rows: list[list[str]] = []
        self._text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self._rows.append([])
        elif tag in ("h2", "th", "td", "li"):
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self._text is None or tag not in ("h2", "th", "td", "li"):
            return
        text = "".join(self._text)
        self._text = None
        if tag == "h2":
            self._rows = self.parts.setdefault(text, [])
        elif tag == "li":
            self._rows.append([text])
        else:
            self._rows[-1].append(text)


def from_html(text: str) -> Parts:
    page = _Page()
    page.feed(text)
    page.close()
    return page.parts


def from_markdown(text: str) -> Parts:
    parts: Parts = {}
    rows: list[list[str]] = []
    width = 0
    body, _, _legend = text.rpartition("\n\n")
    for line in body.splitlines():
        if line.startswith("## "):
            rows = parts.setdefault(_plain(line[3:]), [])
        elif line.startswith("| "):
            raw = re.split(r"(?<!\\) \| ", line[2:-2])
            if set(raw) == {"Item", "Value"}:
                width = len(raw)
            elif set(raw) != {"---"}:
                rows.append([_plain(part) for part in _without_padding(raw, width)])
        elif line and not line.startswith(("#", ">")):
            rows.append([_plain(line)])
        else:
            width = 0
    return parts


def _without_padding(raw: list[str], width: int) -> list[str]:
    """The cells of a row; dashes without a source stand where a table has no cell. ``width``: of pairs, else 0."""
    if len(raw) > 2 and set(raw[1:]) == {"-"}:
        return raw[:1]
    return raw[:2] if width > 2 and raw[2:] == ["-", "-"] else raw


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", _SOURCE.sub("", text))
