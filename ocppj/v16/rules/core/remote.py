"""Starting and stopping from afar, and messages of a vendor (OCPP 1.6 §4.3, §5.11, §5.12)."""

from typing import Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.core.reasons import is_owed
from ocppj.v16.rules.facts import Transactions
from ocppj.v16.rules.profiles.smart_charging import profile_of

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "DT-01",
    "MUST",
    "S §4.3",
    "A vendor that is not known is answered with UnknownVendorId and no data, a message of it with UnknownMessageId.",
)
CHAPTER.rule(
    "RMT-01",
    "MUST",
    "S §5.11, E 3.32",
    "The answer to a remote start says whether it will be tried; AuthorizeRemoteTxRequests says whether an Authorize"
    " comes first.",
    "station",
)
CHAPTER.rule(
    "RMT-02",
    "MUST",
    "S §5.12, E 3.33",
    "A remote stop is Accepted when its transaction runs, and ends it for the reason Remote.",
    "station",
)
CHAPTER.rule(
    "RMT-03", "MUST", "S §5.16.2, E 3.41", "The profile of a remote start is a TxProfile without transactionId.", "csms"
)
CHAPTER.rule(
    "RMT-04",
    "SHOULD",
    "S §5.11",
    "A station without smart charging starts all the same, and ignores the profile.",
    "station",
)


@CHAPTER.judges("DT-01", "result", actions=("DataTransfer",))
def no_data_of_nobody(seen: Seen, view: View) -> Remark | None:
    answer = payload(seen)
    if answer["status"] != "UnknownVendorId" or "data" not in answer:
        return None
    return Remark("status is UnknownVendorId, and there are data", path=("data",))


@CHAPTER.judges("RMT-02", "result", actions=("RemoteStopTransaction",))
def only_what_runs_is_stopped(seen: Seen, view: View) -> Remark | None:
    id, known = asked(seen)["transactionId"], view.memory.known.find(Transactions)
    ended = None if known is None else known.ended.get(id)
    assert seen.request is not None
    if ended is None or ended.at >= seen.request.at or payload(seen)["status"] != "Accepted":
        return None
    return Remark(f"transaction {id} had been stopped before", path=("status",))


@CHAPTER.judges("RMT-02", "call", actions=("StopTransaction",))
def reason_of_the_remote_stop(seen: Seen, view: View) -> Remark | None:
    return is_owed("RMT-02", seen, view)


@CHAPTER.judges("RMT-03", "call", actions=("RemoteStartTransaction",))
def profile_of_a_remote_start(seen: Seen, view: View) -> Remark | None:
    holder, profile = profile_of(seen)
    if profile is None:
        return None
    purpose = profile["chargingProfilePurpose"]
    if purpose != "TxProfile":
        return Remark(f"the profile is a {purpose}", path=(holder, "chargingProfilePurpose"))
    if "transactionId" in profile:
        return Remark("the profile has a transactionId", path=(holder, "transactionId"))
    return None
