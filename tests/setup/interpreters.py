"""The Pythons of this machine that can set the project up, found by running them."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

_ASK = """
import ensurepip, json, platform, sys, sysconfig, venv
from pathlib import Path
folders = [sysconfig.get_config_var("WHEEL_PKG_DIR"), Path(ensurepip.__file__).parent / "_bundled"]
wheels = [str(wheel) for folder in folders if folder for wheel in Path(folder).glob(f"pip-{ensurepip.version()}-*.whl")]
version, implementation = platform.python_version(), platform.python_implementation()
print(json.dumps([sys.executable, version, implementation, ensurepip.version(), *wheels]))
"""


@dataclass(frozen=True)
class Interpreter:
    """A CPython that runs, with the modules that make a virtual environment."""

    path: str
    version: str
    pip: str
    """The version its `ensurepip` installs."""
    pip_wheel: Path


def _candidates(minor: str) -> Iterator[Path]:
    """Where a Python 3.`minor` may be: on the PATH, or installed by pyenv and not selected."""
    name = f"python3.{minor}"
    for folder in map(Path, os.get_exec_path()):
        yield folder / name
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    yield from sorted(pyenv.glob(f"versions/3.{minor}.*/bin/{name}"), reverse=True)


@cache
def interpreter(minor: str) -> Interpreter | None:
    """A Python 3.`minor` of this machine; None when none runs, or none can make an environment with pip."""
    for candidate in _candidates(minor):
        if shutil.which(candidate) is None:
            continue
        try:
            asked = subprocess.run([candidate, "-I", "-c", _ASK], capture_output=True, text=True, timeout=60)
        except OSError:
            continue
        if asked.returncode:  # a shim of pyenv whose version is not selected, or Debian's without python3-venv
            continue
        path, version, implementation, pip, *wheels = json.loads(asked.stdout)
        if implementation == "CPython" and version.startswith(f"3.{minor}.") and wheels:
            return Interpreter(path, version, pip, Path(wheels[0]))
    return None
