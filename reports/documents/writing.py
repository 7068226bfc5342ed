"""The formats of a laid out document, and the plain JSON of what it was made from."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from reports.documents.document import Document
from reports.documents.html import html
from reports.documents.markdown import markdown
from reports.documents.pdf import pdf
from reports.text.secrets import mask

Tell = Callable[[str], object]
"""Takes a sentence about what could not be printed as it was given."""


def _pdf(document: Document, tell: Tell) -> bytes:
    made = pdf(document)
    if made.warning is not None:
        tell(made.warning)
    return made.content


_PRINTED: Final[Mapping[str, Callable[[Document, Tell], bytes]]] = {
    "html": lambda document, _: html(document).encode(),
    "md": lambda document, _: markdown(document).encode(),
    "pdf": _pdf,
}
FORMATS: Final = (*_PRINTED, "json")
"""JSON is the model behind a document, whatever a layout prints of it."""
BINARY: Final = frozenset({"pdf"})
"""Formats that are nothing for a terminal."""


def silent(sentence: str) -> None:
    """Nobody wants to know."""


def printed(document: Document, format: str, tell: Tell = silent) -> bytes:
    """A laid out document in one of `FORMATS` but JSON."""
    return _PRINTED[format](document, tell)


def plain_json(value: Any) -> bytes:
    """Plain data as a JSON file, with the passwords in its texts masked."""
    return msgspec.json.format(msgspec.json.encode(_masked(value)), indent=1) + b"\n"


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return mask(value) if isinstance(value, str) else value
