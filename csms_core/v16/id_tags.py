"""What a tag is worth in OCPP 1.6 (§4.1, §7.22)."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from csms_core.store.tags import Tag, standing
from ocppj.v16 import PROTOCOL
from ocppj.versions import LONGEST_TAG

LONGEST: Final = LONGEST_TAG[PROTOCOL.version]
"""Characters of an idTag. Tags that are longer are for stations of other versions."""


def id_tag_info(tag: Tag | None, at: datetime, *, any_tag: bool = False) -> dict[str, Any]:
    """The idTagInfo a tag gets at a moment, Expired once its expiryDate has passed.

    One that is not known is Invalid, or Accepted with `any_tag`, and then it has neither parent nor end.
    """
    if tag is None:
        return {"status": "Accepted" if any_tag else "Invalid"}
    info: dict[str, Any] = {"status": standing(tag, at)}
    if tag.expiry_date is not None:
        info["expiryDate"] = tag.expiry_date
    if (parent := parent_of(tag)) is not None:
        info["parentIdTag"] = parent
    return info


def parent_of(tag: Tag) -> str | None:
    """Its parentIdTag, None when it has none that OCPP 1.6 could tell."""
    parent = tag.parent_id_tag
    return None if parent is None or len(parent) > LONGEST else parent
