"""What an idToken is worth (C01, C02, C09): the tags are the people, whatever version of OCPP reads their card.

An idToken is that of a tag when its text is, in any case, and when the tag has no type or this one.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Final

from csms_core.hub.context import StationContext
from csms_core.store import tags
from csms_core.store.tags import Tag

NO_AUTHORIZATION: Final = "NoAuthorization"
"""Type of the token of a station that asks nobody (C02)."""

GROUP_TYPE: Final = "Central"
"""Type of a groupIdToken whose own tag tells none: the CSMS has made it (IdTokenEnumType)."""

IDENTIFIER: Final = re.compile(r"[A-Za-z0-9*\-_=:+|@.]*")
"""The characters of an identifierString (Part 2, primitive datatypes); a tag of OCPP 1.6 may have others."""

Json = dict[str, Any]


async def judged(station: StationContext, id_token: Json, at: datetime) -> Json:
    """The idTokenInfo of an idToken at a moment."""
    if id_token["type"] == NO_AUTHORIZATION:
        return {"status": "Accepted"}
    tag = await station.store.recall(tags.find, tags.fold(id_token["idToken"]))
    if tag is not None and tag.type not in (None, id_token["type"]):
        tag = None  # another token, whose text happens to be the same
    if tag is None:
        return {"status": "Accepted" if station.config.any_tag else "Unknown"}
    group = tag.parent_id_tag
    head = None if group is None else await station.store.recall(tags.find, tags.fold(group))
    return id_token_info(tag, at, None if head is None else head.type)


def id_token_info(tag: Tag, at: datetime, group_type: str | None = None) -> Json:
    """The idTokenInfo of a tag at a moment, Expired once its time has passed; its parent is its group."""
    info: Json = {"status": tags.standing(tag, at)}
    if tag.expiry_date is not None:
        info["cacheExpiryDateTime"] = tag.expiry_date
    if tag.parent_id_tag is not None and IDENTIFIER.fullmatch(tag.parent_id_tag):
        info["groupIdToken"] = {"idToken": tag.parent_id_tag, "type": group_type or GROUP_TYPE}
    return info
