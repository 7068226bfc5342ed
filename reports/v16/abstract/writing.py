"""The abstract as the content of a file."""

import msgspec

from reports.documents import Tell, plain_json, printed, silent
from reports.v16.abstract.invariants import check
from reports.v16.abstract.layouts import lay_out
from reports.v16.abstract.model import Report


def write(report: Report, format: str, *, all_rows: bool = False, tell: Tell = silent) -> bytes:
    """The abstract as one of `FORMATS`; ``json`` is the whole model (``schemas/documents/abstract.schema.json``).

    Raises AbstractError when the model breaks an invariant.
    """
    if format == "json":
        check(report)
        return plain_json(msgspec.to_builtins(report))
    return printed(lay_out(report, all_rows=all_rows), format, tell)
