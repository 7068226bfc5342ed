"""Station models: makes of charge points as facts in TOML files (docs/station.md).

The schema of such a file is `schemas/documents/station.schema.json`.

    async with Model.load("dc-150kw").station("ws://127.0.0.1:9000/ocpp", id="CP1") as station:
        ...

The files in this folder come with plugproof; `Model.load` takes the name of one of them, or the path of another file.
"""

from __future__ import annotations

from simulator.models.model import Model, built_in
from simulator.models.sentences import ModelError

__all__ = ["Model", "ModelError", "built_in"]
