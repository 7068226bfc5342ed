"""Authorization (catalogue chapter 6), and the remote start that it may come after."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, after, told
from tests.ocppj.rules.broken.said import agreed, authorizes, passes, starts, stops

ASKS: Final = after(told(LocalPreAuthorize="false"), authorizes("B2"), passes(60))
"""A station that was seen to ask, and may not start with a tag that it knows."""
REMOTE: Final = after(ASKS, agreed("RemoteStartTransaction", idTag="A1"), passes(2))

BREACHES: Final = (
    Breach(
        "AUTH-01",
        "a transaction begins online without an Authorize, and LocalPreAuthorize is false",
        after(ASKS, authorizes("a1"), starts()),
        after(ASKS, starts()),
    ),
    Breach(
        "AUTH-01",
        "a transaction begins with a tag that was Blocked",
        after(ASKS, authorizes("A1", "Blocked"), authorizes("A1"), starts()),
        after(ASKS, authorizes("A1", "Blocked"), starts()),
    ),
    Breach(
        "AUTH-01",
        "a station that never asked does not know any tags",
        after(told(AuthorizationCacheEnabled="false", LocalAuthListEnabled="true"), passes(60), starts()),
        after(told(AuthorizationCacheEnabled="false", LocalAuthListEnabled="false"), passes(60), starts()),
        level="INFO",
    ),
    Breach(
        "AUTH-02",
        "an Authorize before the tag that started a transaction ends it",
        after(told(NumberOfConnectors="1"), authorizes(), passes(2), starts(), passes(60), stops(idTag="A1")),
        after(told(NumberOfConnectors="1"), starts(), passes(60), authorizes(), passes(1), stops(idTag="A1")),
    ),
    Breach(
        "RMT-01",
        "no Authorize after a remote start, and AuthorizeRemoteTxRequests is true",
        after(told(AuthorizeRemoteTxRequests="true"), REMOTE, authorizes(), starts()),
        after(told(AuthorizeRemoteTxRequests="true"), REMOTE, starts()),
    ),
)
