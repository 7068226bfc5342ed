"""A copy of what the set-up reads of the project: its packages are empty, and the locks are left to the test."""

import shutil
import tomllib
from pathlib import Path

from tests import ROOT


def bare_tree(folder: Path) -> Path:
    """Make the copy in a new folder; gives the folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for package in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]:
        (folder / package).mkdir(parents=True)
        (folder / package / "__init__.py").touch()
    for name in ("Makefile", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, folder / name)
    return folder
