"""What is asked of a value before the command sees it: `typer.Option(callback=filled)`."""

from __future__ import annotations

from typing import Any

import typer


def filled(value: Any) -> Any:
    """The text, or all texts, that were given. Raises `typer.BadParameter` for one of nothing but blanks.

    An empty text comes from a variable that is not set: to take it for "not given" would do something else than asked.
    """
    texts: list[str] = [value] if isinstance(value, str) else (value or [])
    if any(not text.strip() for text in texts):
        raise typer.BadParameter("it is empty; give it a value or leave the option out")
    return value
