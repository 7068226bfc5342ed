"""The formats of an abstract: each but JSON, which is the model itself, prints the laid out document."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from reports.abstract.document import Document
from reports.abstract.html import html
from reports.abstract.invariants import check
from reports.abstract.layouts import lay_out
from reports.abstract.markdown import markdown
from reports.abstract.model import Report
from reports.secrets import mask

_PRINTED: Final[Mapping[str, Callable[[Document], bytes]]] = {
    "html": lambda document: html(document).encode(),
    "md": lambda document: markdown(document).encode(),
}
FORMATS: Final = (*_PRINTED, "json")


def write(report: Report, format: str, *, all_rows: bool = False) -> bytes:
    """The abstract as one of `FORMATS`; ``json`` is the whole model, whatever the layout prints of it.

    Raises AbstractError when the model breaks an invariant.
    """
    if format == "json":
        return as_json(report)
    return _PRINTED[format](lay_out(report, all_rows=all_rows))


def as_json(report: Report) -> bytes:
    """The model, as ``schemas/abstract.schema.json`` describes it. Raises AbstractError like `write`."""
    check(report)
    return msgspec.json.format(msgspec.json.encode(_masked(msgspec.to_builtins(report))), indent=1) + b"\n"


def _masked(value: Any) -> Any:
    """Plain data with the passwords in its texts masked."""
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return mask(value) if isinstance(value, str) else value
