"""The abstract as one HTML page that needs no other file and prints on A4, the disclaimer on every sheet."""

from functools import cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from reports.abstract.document import Document


@cache
def _template() -> Template:
    text = resources.files("reports").joinpath("templates", "abstract.html.j2").read_text(encoding="utf-8")
    return Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True).from_string(
        text
    )


def html(document: Document) -> str:
    """The page. Each cell has the letter of its source in ``data-source``, shown small behind the value."""
    return _template().render(document=document) + "\n"
