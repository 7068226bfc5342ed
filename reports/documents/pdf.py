"""A document as a PDF: PDF/A-2a and PDF/UA-1, the same bytes for the same document.

The text goes to the typesetter as data and never as markup. The fonts that it brings have Latin, Greek and Cyrillic,
other scripts are looked for on the machine. What no font has is printed as Unicode numbers, and the caller is told.
"""

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from importlib import resources
from typing import Any, Final, cast

import typst

from reports.documents.document import Document

_STANDARDS: Final[Any] = ["a-2a", "ua-1"]
"""Both forbid a glyph that is missing, which is how it is found out."""
_MISSING: Final = re.compile(r'the text `"(.*?)"` could not be displayed with font')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")


@dataclass(frozen=True)
class Pdf:
    """A file's content, and the characters for which no font was found, in the order of their numbers."""

    content: bytes
    missing: str = ""

    @property
    def warning(self) -> str | None:
        """One sentence about what is not printed as it was given; None when everything is."""
        if not self.missing:
            return None
        shown = self.missing[:_SHOWN] + ("..." if len(self.missing) > _SHOWN else "")
        return (
            f"no font of this machine has {shown}; the PDF has Unicode numbers instead, "
            "install one with this script (for Korean, Japanese and Chinese: Noto Sans CJK) and print again"
        )


_SHOWN: Final = 12


def pdf(document: Document) -> Pdf:
    """The pages. Takes the clock from the document, so that the same document gives the same bytes."""
    try:
        return Pdf(_typeset(document, system_fonts=False))
    except typst.TypstError as error:
        _characters(error)
    try:
        return Pdf(_typeset(document, system_fonts=True))
    except typst.TypstError as error:
        missing = _characters(error)
    numbered = re.compile(f"[{re.escape(missing)}]+")
    return Pdf(_typeset(document, system_fonts=True, printable=lambda text: numbered.sub(_numbers, text)), missing)


def _typeset(document: Document, *, system_fonts: bool, printable: Callable[[str], str] = str) -> bytes:
    data = _mapped(asdict(document), printable)
    compiler = typst.Compiler(_template(), ignore_system_fonts=not system_fonts)
    made = int(datetime.fromisoformat(document.made).timestamp())
    content = compiler.compile(
        format="pdf", sys_inputs={"document": json.dumps(data)}, pdf_standards=_STANDARDS, timestamp=made
    )
    return cast(bytes, content)


@cache
def _template() -> bytes:
    return resources.files("reports").joinpath("templates", "document.typ").read_bytes()


def _mapped(value: Any, change: Callable[[str], str]) -> Any:
    """Plain data with ``change`` made to every text in it."""
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, change) for item in value]
    return change(value) if isinstance(value, str) else value


def _characters(error: typst.TypstError) -> str:
    """What no font had. Raises ``error`` again when it is about something else."""
    texts = _MISSING.findall(error.diagnostic)
    if not texts:
        raise error
    return "".join(sorted({*_ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(texts))}))


def _numbers(match: re.Match[str]) -> str:
    return f"[{' '.join(f'U+{ord(character):04X}' for character in match[0])}]"
