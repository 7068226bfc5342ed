"""Authorization and the list of tags that a station keeps (OCPP 1.6 §3.5, §4.1, §5.15)."""

from typing import Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, is_past, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

# Our own: expiryDate says until when the status holds.
CHAPTER.rule("AUTH-03a", "SHOULD", "S §7.27", "What is Accepted has no expiryDate that is over.", "csms")
CHAPTER.rule(
    "LIST-02", "MUST", "E 3.52", "The version of a list is neither 0 nor -1, which mean that there is none.", "csms"
)
# Our own: two entries for one tag cannot both be right.
CHAPTER.rule(
    "LIST-03a", "SHOULD", "S §5.15, §6.41", "A tag stands once in a list; letter case makes no other tag.", "csms"
)
CHAPTER.rule(
    "LIST-07", "MUST", "S §9.2.3", "A list has at most as many entries as SendLocalListMaxLength says.", "csms"
)

_ENTRIES: Final = "localAuthorizationList"


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
