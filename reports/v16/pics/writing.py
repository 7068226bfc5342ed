"""The form as the content of a file."""

import msgspec

from reports.documents import Tell, plain_json, printed, silent
from reports.v16.pics.layout import lay_out
from reports.v16.pics.model import Form


def write(form: Form, format: str, *, tell: Tell = silent) -> bytes:
    """The form as one of `FORMATS`; ``json`` is the model."""
    if format == "json":
        return plain_json(msgspec.to_builtins(form))
    return printed(lay_out(form), format, tell)
