"""Authorization and the list of tags that a station keeps (OCPP 1.6 §3.5, §4.1, §5.10, §5.15)."""

from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, is_past, payload
from ocppj.rules.memory import Exchange
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

# Our own: expiryDate says until when the status holds.
CHAPTER.rule("AUTH-03a", "SHOULD", "S §7.27", "What is Accepted has no expiryDate that is over.", "csms")
CHAPTER.rule(
    "LIST-01", "MUST", "S §5.10", "The version of an empty list is 0; -1 says that there are no lists.", "station"
)
CHAPTER.rule(
    "LIST-02", "MUST", "E 3.52", "The version of a list is neither 0 nor -1, which mean that there is none.", "csms"
)
CHAPTER.rule(
    "LIST-03",
    "MUST",
    "S §5.15, §6.41",
    "A Full list takes the place of the old one, a Differential one adds, changes and removes entries, and the version"
    " is stored.",
    "station",
)
# Our own: two entries for one tag cannot both be right.
CHAPTER.rule(
    "LIST-03a", "SHOULD", "S §5.15, §6.41", "A tag stands once in a list; letter case makes no other tag.", "csms"
)
CHAPTER.rule(
    "LIST-04",
    "MUST",
    "S §7.47, T 043_2",
    "A Differential list whose version is not above the stored one is a VersionMismatch.",
    "station",
)
CHAPTER.rule(
    "LIST-05",
    "SHOULD",
    "S §5.15",
    "A Differential list that was Failed or a VersionMismatch is followed by a Full one.",
    "csms",
)
CHAPTER.rule(
    "LIST-06",
    "MUST",
    "S §3.5.2",
    "Where list and StartTransaction answer contradict each other, connector 0 tells LocalListConflict.",
    "station",
)
CHAPTER.rule(
    "LIST-07", "MUST", "S §9.2.3", "A list has at most as many entries as SendLocalListMaxLength says.", "csms"
)

_ENTRIES: Final = "localAuthorizationList"
_SWITCH: Final = "localauthlistenabled"
_NONE: Final = -1


class Lists(msgspec.Struct):
    """What is sure of the list of a station since its boot.

    ``version`` is the stored one; ``has_entries``: it was sent with some. ``sending`` is the list that waits for its
    answer, with the version before it. ``is_unsupported``: the station said so. ``is_failed``: the last one was a
    Differential list that it did not take.
    """

    version: int | None = None
    has_entries: bool = False
    sending: tuple[Exchange, int | None] | None = None
    is_unsupported: bool = False
    is_failed: bool = False


@CHAPTER.judges("AUTH-03a", "result", actions=("Authorize", "StartTransaction", "StopTransaction"))
def accepted_until_later(seen: Seen, view: View) -> Remark | None:
    info = payload(seen).get("idTagInfo")
    if info is None or info["status"] != "Accepted" or "expiryDate" not in info:
        return None
    # A transaction that is told late was begun or ended when its timestamp says.
    if not is_past(info["expiryDate"], seen, view, since=asked(seen).get("timestamp")):
        return None
    return Remark(f"status is Accepted, expiryDate {info['expiryDate']} is over", path=("idTagInfo", "expiryDate"))


@CHAPTER.judges("LIST-02", "call", actions=("SendLocalList",))
def version_means_a_list(seen: Seen, view: View) -> Remark | None:
    version = payload(seen)["listVersion"]
    return Remark(f"listVersion is {version}", path=("listVersion",)) if version in (0, -1) else None


@CHAPTER.judges("LIST-03a", "call", actions=("SendLocalList",))
def tag_once(seen: Seen, view: View) -> Remark | None:
    known: set[str] = set()
    for number, entry in enumerate(payload(seen).get(_ENTRIES, ()), start=1):
        tag = entry["idTag"].casefold()
        if tag in known:
            return Remark(f"the tag of entry {number} stands in the list before", path=(_ENTRIES, number - 1, "idTag"))
        known.add(tag)
    return None


@CHAPTER.judges("LIST-07", "call", actions=("SendLocalList",))
def list_is_short_enough(seen: Seen, view: View) -> Remark | None:
    count, most = len(payload(seen).get(_ENTRIES, ())), view.memory.known.limit("sendlocallistmaxlength")
    if most is None or count <= most:
        return None
    return Remark(f"{count} entries are more than the {most} of SendLocalListMaxLength", path=(_ENTRIES,))


@CHAPTER.judges("LIST-01", "result", actions=("GetLocalListVersion",))
def version_of_no_list(seen: Seen, view: View) -> Remark | None:
    version, known = payload(seen)["listVersion"], view.memory.known.find(Lists)
    text = ""
    if version < _NONE:
        text = f"listVersion is {version}"
    elif known is not None and known.is_unsupported and version != _NONE:
        text = f"listVersion is {version}, and SendLocalList was NotSupported"
    elif known is not None and known.has_entries and version == 0:  # -1: it may have been switched off since
        text = f"listVersion is {version}, and a list with entries was Accepted"
    return Remark(text, path=("listVersion",)) if text else None


@CHAPTER.judges("LIST-04", "result", actions=("SendLocalList",))
def only_newer_changes(seen: Seen, view: View) -> Remark | None:
    members, known = asked(seen), view.memory.known.of(Lists)
    if members["updateType"] != "Differential" or payload(seen)["status"] != "Accepted":
        return None
    before = known.sending[1] if known.sending is not None and known.sending[0] is seen.request else None
    if before is None or members["listVersion"] > before:
        return None
    return Remark(f"version {members['listVersion']} was Accepted, version {before} was stored", path=("status",))


@CHAPTER.judges("LIST-05", "call", actions=("SendLocalList",))
def a_whole_list_after_a_failure(seen: Seen, view: View) -> Remark | None:
    known = view.memory.known.find(Lists)
    if known is None or not known.is_failed or payload(seen)["updateType"] == "Full":
        return None
    return Remark("the Differential list before was not taken, and this is another one", path=("updateType",))


@CHAPTER.learns("call", "SendLocalList")
def is_sent(seen: Seen, view: View) -> None:
    known = view.memory.known.of(Lists)
    assert seen.request is not None
    # Until the answer nobody knows which of the two lists it has.
    known.sending, known.version = (seen.request, known.version), None
    known.is_unsupported = known.is_failed = known.has_entries = False


@CHAPTER.learns("result", "SendLocalList")
def is_taken(seen: Seen, view: View) -> None:
    known, members, status = view.memory.known.of(Lists), asked(seen), payload(seen)["status"]
    sending, known.sending = known.sending, None
    if sending is None or sending[0] is not seen.request:
        return
    if status == "Accepted":
        known.version = members["listVersion"]
        known.has_entries = members["updateType"] == "Full" and bool(members.get(_ENTRIES))
        return
    known.version = sending[1] if status == "VersionMismatch" else None
    known.is_unsupported = status == "NotSupported"
    known.is_failed = members["updateType"] == "Differential" and status != "NotSupported"


@CHAPTER.learns("result", "GetLocalListVersion")
def is_told(seen: Seen, view: View) -> None:
    version = payload(seen)["listVersion"]
    view.memory.known.of(Lists).version = version if version > 0 else None


@CHAPTER.learns("result", "ChangeConfiguration")
def is_switched(seen: Seen, view: View) -> None:
    known = view.memory.known.find(Lists)
    if known is not None and asked(seen)["key"].lower() == _SWITCH:
        known.version, known.has_entries, known.is_unsupported = None, False, False


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    known = view.memory.known.find(Lists)
    if known is not None:
        known.version, known.has_entries, known.is_unsupported = None, False, False
