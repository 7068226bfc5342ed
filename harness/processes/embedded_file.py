"""The SUT file of the station that comes along; whoever runs the cases starts it, a station for each worker."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from typing import Final

from schemas.versions import files_of

FILE: Final = "reference-station.toml"
TEMPLATE: Final = "embedded_station.toml"
"""In the folder of a version: what `FILE` is made of."""


@contextmanager
def reference_station_file(out: Path, *, version: str, faults: Sequence[str] = ()) -> Iterator[Path]:
    """Write the SUT file of a run into ``out``; ``faults`` are deliberate defects of the station."""
    out.mkdir(parents=True, exist_ok=True)
    template = resources.files("harness") / files_of(version).folder / TEMPLATE
    file = out / FILE
    file.write_text(template.read_text("utf-8").format(faults=json.dumps(list(faults))), "utf-8")
    yield file
