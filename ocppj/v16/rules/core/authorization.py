"""Authorization before energy (OCPP 1.6 §3.5, §4.1, §5.11)."""

from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.known import remember
from ocppj.rules.members import asked, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.facts import Transactions, is_before, mark_of, running, was_online

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "AUTH-01",
    "MUST",
    "S §4.1",
    "A station that is online and does not know the tag asks by Authorize before it gives energy.",
    "station",
)
CHAPTER.rule("AUTH-02", "MUST", "S §4.1", "The tag that started a transaction ends it without an Authorize.", "station")
CHAPTER.rule(
    "AUTH-03", "MUST", "S §4.1", "Authorize is answered with a status, and with a parentIdTag if there is one.", "csms"
)
CHAPTER.rule(
    "AUTH-04",
    "MUST",
    "S §3.5.3",
    "The list goes before the cache, and its tags never get into the cache.",
    "station",
)
CHAPTER.rule("AUTH-05", "MUST", "S §3.5.1", "Every idTagInfo that arrives updates the cache.", "station")
CHAPTER.rule(
    "AUTH-06", "SHOULD", "S §3.5.1", "A tag that the cache has as not valid is asked for again when online.", "station"
)
CHAPTER.rule(
    "AUTH-07", "SHOULD", "S §3.5.1, §3.5.2, E 3.4", "Cache and list outlive a reset and a loss of power.", "station"
)
CHAPTER.rule("AUTH-08", "MUST", "E 3.23", "A station without a cache rejects ClearCache.", "station")
CHAPTER.rule(
    "AUTH-09",
    "MUST",
    "S §3.5.4",
    "Offline, a tag that is not known is treated as AllowOfflineTxForUnknownId says, and one that is known to be bad"
    " or expired is refused.",
    "station",
)

_MOST: Final = 16
_AT_ONCE: Final = 10 * 1_000_000_000
"""How long, in nanoseconds, a station may take from the answer about a tag to the end of the transaction."""
_ORDINARY: Final = (None, "Local")


class Tags(msgspec.Struct):
    """Tags in one letter case, and when the wire last spoke of them.

    ``asked``: by Authorize, with the status that was the answer, empty while there is none; ``remote``: by a remote
    start. ``is_forgetful``: there were more, or the station has other ways to ask.
    """

    asked: dict[str, tuple[int, str]] = {}
    remote: dict[str, int] = {}
    is_forgetful: bool = False


def _has_to_ask(seen: Seen, view: View) -> bool:
    """Whether the station is sure to ask for every tag when it is online."""
    known = view.memory.known
    if known.switch("localpreauthorize") is False:
        return True
    return known.switch("authorizationcacheenabled") is False and known.switch("localauthlistenabled") is False


@CHAPTER.judges("AUTH-01", "call", actions=("StartTransaction",), guard=_has_to_ask)
def asks_before_energy(seen: Seen, view: View) -> Remark | str | None:
    tag = _started_unasked(seen, view)
    if tag is None:
        return None
    known = view.memory.known.of(Tags)
    if tag in known.remote:
        return None  # a remote start has a rule of its own
    if not known.asked:  # it may be a station that everybody may use
        return Remark("the transaction began without an Authorize; this station was never seen to send one", "INFO")
    status = known.asked.get(tag, (0, ""))[1]
    if status:
        return f"the transaction began although the tag was answered {status}"
    return "the transaction began online without an Authorize, and the station does not start with tags that it knows"


def _started_unasked(seen: Seen, view: View) -> str | None:
    """The tag of a transaction that surely began online and without leave."""
    start = payload(seen)
    transactions, known = view.memory.known.find(Transactions), view.memory.known.of(Tags)
    if transactions is not None and mark_of(start) in transactions.starts:  # told again
        return None
    tag = start["idTag"].casefold()
    if known.asked.get(tag, (0, ""))[1] == "Accepted" or known.is_forgetful:
        return None
    return tag if was_online(start["timestamp"], seen, view) else None


@CHAPTER.judges("RMT-01", "call", actions=("StartTransaction",), guard=_has_to_ask)
def asks_before_a_remote_start(seen: Seen, view: View) -> str | None:
    if view.memory.known.switch("authorizeremotetxrequests") is not True:
        return None
    tag = _started_unasked(seen, view)
    if tag is None or tag not in view.memory.known.of(Tags).remote:
        return None
    return "a remote start led to a transaction without an Authorize, and AuthorizeRemoteTxRequests is true"


@CHAPTER.judges("AUTH-02", "call", actions=("StopTransaction",))
def ends_without_asking(seen: Seen, view: View) -> str | None:
    members, known = payload(seen), view.memory.known.find(Tags)
    transaction, tag = running(view, members["transactionId"]), members.get("idTag", "").casefold()
    if known is None or transaction is None or tag != transaction.tag or members.get("reason") not in _ORDINARY:
        return None
    at = known.asked.get(tag, (0, ""))[0]
    # With several connectors the tag may have been shown for another one, and with a remote start for none.
    is_about_the_end = (
        transaction.told_at < at and seen.at - at < _AT_ONCE and known.remote.get(tag, -1) < transaction.at
    )
    if not is_about_the_end or view.memory.known.number("numberofconnectors") != 1:
        return None
    if view.wall is None or is_before(members["timestamp"], at, view):
        return None
    return "an Authorize was sent for the tag that started the transaction and ended it"


@CHAPTER.learns("call", "Authorize")
def asks(seen: Seen, view: View) -> None:
    known = view.memory.known.of(Tags)
    known.is_forgetful |= remember(known.asked, payload(seen)["idTag"].casefold(), (seen.at, ""), _MOST)


@CHAPTER.learns("result", "Authorize")
def is_told(seen: Seen, view: View) -> None:
    known, tag = view.memory.known.of(Tags), asked(seen)["idTag"].casefold()
    if tag in known.asked:
        known.asked[tag] = (known.asked[tag][0], payload(seen)["idTagInfo"]["status"])


@CHAPTER.learns("call", "DataTransfer")
def asks_otherwise(seen: Seen, view: View) -> None:
    # A contract of a vehicle is authorized by an extension that speaks in DataTransfer.
    if seen.sender == "station" and payload(seen).get("messageId", "").casefold() == "authorize":
        view.memory.known.of(Tags).is_forgetful = True


@CHAPTER.learns("call", "RemoteStartTransaction")
def is_started_from_afar(seen: Seen, view: View) -> None:
    known = view.memory.known.of(Tags)
    known.is_forgetful |= remember(known.remote, payload(seen)["idTag"].casefold(), seen.at, _MOST)
