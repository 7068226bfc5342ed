"""What the keys of a SUT file are made of: how a table says what a key means, and the kinds of value there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final

from msgspec import Meta

from harness.sut.secret import Secret


def means(text: str, *examples: Any) -> Meta:
    """What a key means, and values that it may have."""
    return Meta(description=text, examples=list(examples) or None)


@dataclass(frozen=True)
class InFile:
    """What a key is in the file where loading makes something else of it."""

    kind: Any


NOT_IN_FILE: Final = InFile(None)
"""Marks a field that no key of the file stands for: loading fills it in, or the version does not ask."""


@dataclass(frozen=True)
class Named:
    """What a kind of value that stands in several places is called among the definitions of the schema."""

    name: str


@dataclass(frozen=True)
class Kinds:
    """What the key `kind` of a table means of which there are several kinds, and a value that it may have."""

    text: str
    example: str


UNIQUE: Final = Meta(extra_json_schema={"uniqueItems": True})

Text = Annotated[str, Meta(min_length=1)]
Texts = Annotated[tuple[Text, ...], UNIQUE]
WebAddress = Annotated[str, Meta(min_length=1, pattern="^https?://")]
ClassName = Annotated[str, Meta(min_length=1, pattern="^[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*$")]
Text20 = Annotated[str, Meta(min_length=1, max_length=20)]
Text255 = Annotated[str, Meta(min_length=1, max_length=255)]
Tag = Text20
Identity = Text255
Key = Annotated[Secret, Meta(extra_json_schema={"minLength": 1})]
Natural = Annotated[int, Meta(ge=0)]
SecurityProfile = Annotated[int, Meta(ge=0, le=3)]
Positive = Annotated[int, Meta(ge=1)]
Seconds = Annotated[float, Meta(gt=0)]
Pause = Annotated[float, Meta(ge=0)]
"""Seconds, or none at all."""
