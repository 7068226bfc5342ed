"""Block C, authorization: what an idToken is worth when a station asks (C01, C06, C09).

Certificates of vehicles (C07) are not judged: an eMAID is worth what its tag is, and certificateStatus is not told.
"""

from __future__ import annotations

from csms_core.hub.context import StationContext
from csms_core.hub.registry import Payload, Registry
from csms_core.v201 import id_tokens

registry = Registry()


@registry.handles("Authorize")
async def authorize(station: StationContext, payload: Payload) -> Payload:
    """Judge an idToken."""
    return {"idTokenInfo": await id_tokens.judged(station, payload["idToken"], station.now())}
