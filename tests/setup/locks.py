"""The lock files, read as what they are to pip: pins, some of them with a marker."""

import tomllib

from packaging.requirements import Requirement

from tests import ROOT

LOCK = "requirements.lock"
EXTRAS_LOCK = "requirements-extras.lock"
LOCKS = (LOCK, EXTRAS_LOCK)
"""Those of the environments in which plugproof is installed."""
DOCS_LOCK = "requirements-docs.lock"
"""That of the environment in which the site is made; nothing of plugproof is in it."""


def requirements(lock: str) -> list[Requirement]:
    """Every pin of a lock of the project, `name==version` and its marker; the hashes are left out."""
    found = []
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith((" ", "#")):
            requirement = Requirement(line.removesuffix("\\"))
            assert [specifier.operator for specifier in requirement.specifier] == ["=="], line
            found.append(requirement)
    return found


def version_of(requirement: Requirement) -> str:
    """The version a pin names."""
    (specifier,) = requirement.specifier
    return specifier.version


def version_of_the_project() -> str:
    """The version that `pyproject.toml` says, and nothing else does."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert isinstance(version, str)
    return version
