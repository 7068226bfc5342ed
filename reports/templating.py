"""The templates of this package: text in them is escaped, and nothing printed holds a secret or an unprintable sign."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from reports.secrets import mask
from reports.text import visible


def _printable(value: Any) -> Any:
    """What every expression of a template goes through before it is escaped."""
    return visible(mask(value), lines=True) if type(value) is str else value


@cache
def templates() -> Environment:
    """The templates below ``reports/templates``; a name that nobody defined is an error."""
    environment = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters["verbatim"] = Markup  # for what is our own: style sheets, scripts, pictures
    return environment
