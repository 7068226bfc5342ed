"""A document as one HTML page that needs no other file and prints on A4, the disclaimer on every sheet."""

import re
from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from reports.documents.document import Document


@cache
def _template() -> Template:
    text = resources.files("reports").joinpath("templates", "document.html.j2").read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["css_string"] = _css_string
    return environment.from_string(text)


def _css_string(text: str) -> str:
    """``text`` as a string of CSS that neither it nor the style element around it can be left by."""
    escaped = re.sub(r'["\\<>&]', lambda match: f"\\{ord(match[0]):x} ", text)
    return f'"{escaped}"'


def html(document: Document) -> str:
    """The page. Each cell has the letter of its source in ``data-source``, shown small behind the value."""
    return _template().render(document=document) + "\n"
