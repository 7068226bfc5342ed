"""`${NAME}` and `${NAME:-default}` in the strings of a SUT file.

Substitution happens on the parsed values, never on the TOML text, so a value can hold quotes without breaking the file.
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from typing import Any

from harness.sut.secret import SHORTEST, Secret

_VARIABLE = re.compile(r"\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\})?")
_SECRET_KEYS = frozenset({"auth_key", "new_auth_key"})
_ACTING = (("operator",), ("fixtures",))
_ADDRESSES = (("base_url",), ("api",), ("use",), ("login", "base_url"))
_SECRET_NAME = re.compile(r"auth|cookie|key|passw|pwd|secret|token", re.IGNORECASE)
_TEMPLATES = frozenset({"actions", "headers", "login", "stations", "tags"})
"""The tables of `[operator]` and `[fixtures]` whose texts are templates."""

Path = tuple[str | int, ...]


class Resolver:
    """Walks one parsed TOML document; collects the problems and the secrets it meets on its way.

    `secrets` are the texts to mask wherever they appear: the basic auth keys, whatever an environment variable brought
    into `[operator]` and `[fixtures]` (except their addresses, which errors must be able to name), and headers and
    values of a login whose name says that they authenticate. Other header values are hidden in `repr` only: masking
    "Core" in a trace would spoil it.

    In a template, a brace that comes from the environment stands for itself.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self.problems: list[tuple[Path, str]] = []
        self.secrets: set[Secret] = set()

    def resolve(self, node: Any, path: Path = ()) -> Any:
        """Return `node` with variables replaced, dates as ISO text."""
        if isinstance(node, dict):
            return {key: self.resolve(value, (*path, key)) for key, value in node.items()}
        if isinstance(node, list):
            return [self.resolve(value, (*path, index)) for index, value in enumerate(node)]
        if isinstance(node, str):
            return self._text(node, path)
        if isinstance(node, datetime.date | datetime.time):
            return node.isoformat()
        if isinstance(node, float) and not math.isfinite(node):
            self.problems.append((path, "must be a finite number; write the number of seconds or remove the key"))
            return 1.0
        return node

    def _text(self, text: str, path: Path) -> str:
        taken: list[str] = []
        is_template = path[:1] in _ACTING and path[1:2] != () and path[1] in _TEMPLATES

        def replace(match: re.Match[str]) -> str:
            if match[0] == "$${":
                return "${"
            name, default = match[1], match[2]
            if name is None:
                self.problems.append(
                    (path, "holds `${` without a variable name; write ${NAME} or ${NAME:-default}, or $${ for the text")
                )
                return match[0]
            value = self._environ.get(name)
            if default is not None:
                value = value or default
            if value is None:
                self.problems.append(
                    (
                        path,
                        f"needs the environment variable {name}, which is not set; "
                        f"export {name} or write ${{{name}:-default}}",
                    )
                )
                return match[0]
            taken.append(value)
            return value.replace("{", "{{").replace("}", "}}") if is_template else value

        resolved = _VARIABLE.sub(replace, text)
        if path and path[-1] in _SECRET_KEYS:
            self._hide(resolved)
        elif path[:1] in _ACTING and path[1:] not in _ADDRESSES:
            self._hide(*taken)
            # a template is public but for what it took in
            named = "headers" in path[1:-1] or "login" in path[1:-1]
            if named and _SECRET_NAME.search(str(path[-1])) and "{" not in resolved:
                # "Bearer <token>": a server may quote the token alone
                self._hide(resolved, resolved.rpartition(" ")[2])
        return resolved

    def _hide(self, *texts: str) -> None:
        self.secrets.update(Secret(text) for text in texts if len(text) >= SHORTEST)
