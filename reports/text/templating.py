"""The templates of this package: text in them is escaped, and nothing printed holds a secret or an unprintable sign."""

import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final
from zlib import crc32

import jinja2
from jinja2 import Environment, FileSystemBytecodeCache, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from markupsafe import Markup

from reports.text.plain import visible
from reports.text.secrets import mask

COMPILED: Final = Path(__file__).parents[1] / "templates" / "__pycache__"

_HOW: Final[dict[str, Any]] = {
    "autoescape": True,
    "trim_blocks": True,
    "lstrip_blocks": True,
}
"""What decides how a template is compiled."""


class Compiled(FileSystemBytecodeCache):
    """Templates as Python code, beside them as Python keeps its own: compiling the page takes longer than filling it.

    The names hold what the code depends on besides the template. Where nothing may be written, nothing is kept.
    """

    def __init__(self, folder: Path) -> None:
        version = crc32(repr((jinja2.__version__, sorted(_HOW.items()))).encode())
        super().__init__(str(folder), f"%s-{version:08x}.cache")

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code, if Python may keep its own."""
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            Path(self.directory).mkdir(exist_ok=True)
            super().dump_bytecode(bucket)


def _printable(value: Any) -> Any:
    """What every expression of a template goes through before it is escaped."""
    return visible(mask(value), lines=True) if type(value) is str else value


@cache
def templates() -> Environment:
    """The templates below ``reports/templates``; a name that nobody defined is an error."""
    environment = Environment(
        loader=PackageLoader("reports"),
        bytecode_cache=Compiled(COMPILED),
        undefined=StrictUndefined,
        finalize=_printable,
        auto_reload=False,
        **_HOW,
    )
    environment.filters["verbatim"] = Markup  # for what is our own: style sheets, scripts, pictures
    return environment
