"""The charging profiles that a station has: what is set, replaced and cleared (OCPP 1.6 §3.13, §5.6, §5.16)."""

from typing import Any, Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.known import MOST_PROFILES, remember
from ocppj.rules.members import Members, asked, payload
from ocppj.rules.memory import Exchange
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.v16.rules.facts import Transactions
from ocppj.v16.rules.profiles.smart_charging import beside, place

CHAPTER: Final = Chapter()

_MOST: Final = 32

Profiles = dict[int, tuple[Any, ...]]


class Installed(msgspec.Struct):
    """Beside the profiles that are sure to be there (``Known.profiles``), what is known of others.

    ``gone`` are ids that are sure not to be there, with the rule that says so and how they went; ``of_transaction``
    the transactionId of a TxProfile; ``booted`` the ids that were there before the boot. ``setting`` and ``clearing``
    are CALLs that wait for their answer, with what was sure before them.
    """

    gone: dict[int, tuple[str, str]] = {}
    of_transaction: dict[int, int] = {}
    booted: set[int] = set()
    setting: tuple[Exchange, Profiles] | None = None
    clearing: tuple[Exchange, Profiles, tuple[str, str] | None] | None = None


# --- what is set ------------------------------------------------------------------------------------------------------


@CHAPTER.judges("SC-02", "result", actions=("SetChargingProfile",))
def is_for_a_running_transaction(seen: Seen, view: View) -> Remark | None:
    members, known = asked(seen), view.memory.known.find(Transactions)
    profile, connector = members["csChargingProfiles"], members["connectorId"]
    id = profile.get("transactionId")
    assert seen.request is not None
    if known is None or id is None or profile["chargingProfilePurpose"] != "TxProfile":
        return None
    if payload(seen)["status"] != "Accepted":
        return None
    path, ended, transaction = ("status",), known.ended.get(id), known.running.get(id)
    if ended is not None and ended.at < seen.request.at:
        return Remark(f"a TxProfile for transaction {id} was Accepted, which had been stopped before", path=path)
    if transaction is not None and transaction.connector != connector:
        text = f"a TxProfile for transaction {id} was Accepted at connector {connector}"
        return Remark(f"{text}, which runs at connector {transaction.connector}", path=path)
    other = next(known.at(connector), None) if connector > 0 and transaction is None else None
    if other is None or other.id is None or other.told_at >= seen.request.at:
        return None
    return Remark(f"a TxProfile for transaction {id} was Accepted, and {other.id} runs there", path=path)


@CHAPTER.learns("call", "SetChargingProfile")
def is_set(seen: Seen, view: View) -> None:
    known, members = view.memory.known, payload(seen)
    installed, id = known.of(Installed), members["csChargingProfiles"]["chargingProfileId"]
    assert seen.request is not None
    # Until the answer nobody knows which of them are there.
    installed.setting, known.profiles = (seen.request, known.profiles), beside(members, known)
    installed.gone.pop(id, None)
    installed.of_transaction.pop(id, None)


@CHAPTER.learns("result", "SetChargingProfile")
def is_installed(seen: Seen, view: View) -> None:
    known, members = view.memory.known, asked(seen)
    installed, profile = known.of(Installed), members["csChargingProfiles"]
    setting, installed.setting = installed.setting, None
    if setting is None or setting[0] is not seen.request:
        return
    if payload(seen)["status"] != "Accepted":
        known.profiles = setting[1]
        return
    id = profile["chargingProfileId"]
    for other in setting[1].keys() - known.profiles.keys() - {id}:
        remember(installed.gone, other, ("SC-03", f"was replaced by {id}"), _MOST)
    installed.booted.discard(id)
    if profile["chargingProfilePurpose"] == "TxProfile":
        if "transactionId" in profile:
            remember(installed.of_transaction, id, profile["transactionId"], _MOST)
        return
    # Only what does not end by itself is sure to be there later.
    ends = "validTo" in profile or "duration" in profile["chargingSchedule"]
    if not ends and len(known.profiles) < MOST_PROFILES:
        known.profiles[id] = place(members)


@CHAPTER.learns("call", "StopTransaction")
def is_over(seen: Seen, view: View) -> None:
    installed, transaction = view.memory.known.find(Installed), payload(seen)["transactionId"]
    if installed is None:
        return
    for id in [id for id, other in installed.of_transaction.items() if other == transaction]:
        del installed.of_transaction[id]
        remember(installed.gone, id, ("SC-16", f"was of transaction {transaction}, which had been stopped"), _MOST)


# --- what is cleared --------------------------------------------------------------------------------------------------


def _matching(members: Members, profiles: Profiles) -> set[int]:
    """The profiles that a ClearChargingProfile is about: by id alone, or by all that it names."""
    if "id" in members:
        return {members["id"]} & profiles.keys()
    names = ("connectorId", "chargingProfilePurpose", "stackLevel")
    wanted = [(number, members[name]) for number, name in enumerate(names) if name in members]
    return {id for id, place in profiles.items() if all(place[number] == value for number, value in wanted)}


def _cleared_what_is_gone(rule: str, seen: Seen, view: View) -> Remark | None:
    installed = view.memory.known.find(Installed)
    clearing = None if installed is None else installed.clearing
    if clearing is None or clearing[0] is not seen.request or payload(seen)["status"] != "Accepted":
        return None
    if clearing[2] is None or clearing[2][0] != rule:
        return None
    return Remark(f"profile {asked(seen)['id']} was cleared; it {clearing[2][1]}", path=("status",))


def _missed(rule: str, seen: Seen, view: View) -> Remark | None:
    """A profile that is sure to be there, and was not found: lost by a boot, or not looked for rightly."""
    installed = view.memory.known.find(Installed)
    clearing = None if installed is None else installed.clearing
    if installed is None or clearing is None or clearing[0] is not seen.request:
        return None
    found = _matching(asked(seen), clearing[1])
    if payload(seen)["status"] != "Unknown" or not found or (rule == "SC-15") is not (found <= installed.booted):
        return None
    since = ", and the station has booted since" if rule == "SC-15" else ""
    return Remark(f"status is Unknown, and profile {min(found)} was set{since}", path=("status",))


@CHAPTER.judges("SC-03", "result", actions=("ClearChargingProfile",))
def replaced_ones_are_gone(seen: Seen, view: View) -> Remark | None:
    return _cleared_what_is_gone("SC-03", seen, view)


@CHAPTER.judges("SC-13", "result", actions=("ClearChargingProfile",))
def what_is_named_is_cleared(seen: Seen, view: View) -> Remark | None:
    return _cleared_what_is_gone("SC-13", seen, view) or _missed("SC-13", seen, view)


@CHAPTER.judges("SC-15", "result", actions=("ClearChargingProfile",))
def outlives_a_boot(seen: Seen, view: View) -> Remark | None:
    return _missed("SC-15", seen, view)


@CHAPTER.judges("SC-16", "result", actions=("ClearChargingProfile",))
def gone_with_its_transaction(seen: Seen, view: View) -> Remark | None:
    return _cleared_what_is_gone("SC-16", seen, view)


@CHAPTER.learns("call", "ClearChargingProfile")
def is_to_be_cleared(seen: Seen, view: View) -> None:
    known, members = view.memory.known, payload(seen)
    installed, before = known.of(Installed), known.profiles
    assert seen.request is not None
    installed.clearing = (seen.request, before, installed.gone.get(members.get("id", -1)))
    gone = _matching(members, before)
    known.profiles = {id: place for id, place in before.items() if id not in gone}


@CHAPTER.learns("result", "ClearChargingProfile")
def is_cleared(seen: Seen, view: View) -> None:
    known, members = view.memory.known, asked(seen)
    installed = known.of(Installed)
    clearing, installed.clearing = installed.clearing, None
    if clearing is None or clearing[0] is not seen.request:
        return
    if payload(seen)["status"] != "Accepted":
        known.profiles = clearing[1]
        return
    gone = {members["id"]} if "id" in members else _matching(members, clearing[1])
    for id in gone:
        installed.of_transaction.pop(id, None)
        remember(installed.gone, id, ("SC-13", "had been cleared before"), _MOST)


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    installed = view.memory.known.find(Installed)
    if installed is not None:
        installed.booted = set(view.memory.known.profiles)


@CHAPTER.learns("call", "UpdateFirmware", "SignedUpdateFirmware")
def is_renewed(seen: Seen, view: View) -> None:
    view.memory.known.profiles = {}
