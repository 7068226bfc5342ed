"""Configuration keys: what they told, and how they are asked for and changed (OCPP 1.6 §5.3, §5.8, chapter 9)."""

import sys
from collections.abc import Mapping
from typing import Final

import msgspec

from ocppj.rules.chapter import Chapter
from ocppj.rules.known import remember
from ocppj.rules.members import Members, asked, payload
from ocppj.rules.memory import Exchange
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.words import short
from ocppj.v16.rules.core.keys import CORE, required

CHAPTER: Final = Chapter()

CHAPTER.rule(
    "CFG-01",
    "MUST",
    "S §5.8",
    "GetConfiguration without keys is answered with all; each key that is named comes back with its value and access,"
    " or as unknown.",
    "station",
)
CHAPTER.rule("CFG-02", "MUST", "S §9.1.9", "At most GetConfigurationMaxKeys keys are asked for at a time.", "csms")
CHAPTER.rule(
    "CFG-03",
    "MUST",
    "S §5.3",
    "A change is Accepted, RebootRequired, NotSupported for a key that is not known, or Rejected for one that cannot be"
    " written or a value that does not suit it.",
    "station",
)
CHAPTER.rule("CFG-04", "MUST", "S §5.3", "A value that was Accepted reads back.", "station")
CHAPTER.rule(
    "CFG-05",
    "MUST",
    "S ch. 9",
    "A station has the keys that its feature profiles ask for, and those can be written that have to be.",
    "station",
)
CHAPTER.rule(
    "CFG-06",
    "INFO",
    "E 3.80, 3.81",
    "StopTransactionOnEVSideDisconnect and SupportedFeatureProfilesMaxLength may be missing.",
    "station",
)
CHAPTER.rule(
    "CFG-07",
    "MUST",
    "E 3.84, 3.85",
    "With a fixed cable UnlockConnectorOnEVSideDisconnect reads false and cannot be changed; other stations may have it"
    " read-only, too.",
    "station",
)
CHAPTER.rule("CFG-08", "MUST", "J §6.2.2, W §7.2", "The AuthorizationKey is never told.", "station")
CHAPTER.rule(
    "CFG-09",
    "INFO",
    "E 3.90",
    "SupportedFileTransferProtocols lists some of FTP, FTPS, HTTP and HTTPS.",
    "station",
)
CHAPTER.rule(
    "CFG-10",
    "MUST",
    "E 3.88",
    "ChargingScheduleAllowedChargingRateUnit has Current, which means A, or Power, which means W, or both.",
    "station",
)

LISTS: Final = frozenset(
    {"metervaluesaligneddata", "metervaluessampleddata", "stoptxnaligneddata", "stoptxnsampleddata"}
)
"""Keys that list measurands; cut short they would say something else."""

KEPT: Final = LISTS | {
    "authorizationcacheenabled",
    "authorizeremotetxrequests",
    "chargeprofilemaxstacklevel",
    "chargingscheduleallowedchargingrateunit",
    "chargingschedulemaxperiods",
    "clockaligneddatainterval",
    "getconfigurationmaxkeys",
    "localauthlistenabled",
    "localpreauthorize",
    "maxchargingprofilesinstalled",
    "messagetimeout",
    "metervaluesampleinterval",
    "minimumstatusduration",
    "numberofconnectors",
    "reserveconnectorzerosupported",
    "sendlocallistmaxlength",
    "stoptransactiononevsidedisconnect",
    "transactionmessageattempts",
    "transactionmessageretryinterval",
}
"""The keys that rules judge by; a key is a CiString."""

ABSENT: Final[Mapping[str, str]] = {"minimumstatusduration": "0", "reserveconnectorzerosupported": "false"}
"""What it means that a station does not have a key."""

_SECRET: Final = "authorizationkey"
_PROTOCOLS: Final = frozenset({"FTP", "FTPS", "HTTP", "HTTPS"})
_UNITS: Final = frozenset({"current", "power"})
_STANDARD: Final = frozenset(key.lower() for key in CORE.names) | KEPT
"""Keys of the standard whose values change by a command only."""

_LONGEST: Final = 100
_LONGEST_LIST: Final = 500
_MOST_KEYS: Final = 256
_MOST_CHANGED: Final = 32


class Keys(msgspec.Struct):
    """What was told of keys since the boot, by their names in lower case.

    ``readonly``: their access; ``changed``: values that were Accepted; ``changing``: the change that waits for its
    answer, with what was known before; ``rebooting``: keys whose new value comes into force with the next boot.
    """

    readonly: dict[str, bool] = {}
    changed: dict[str, str] = {}
    changing: tuple[Exchange, str | None] | None = None
    rebooting: set[str] = set()


def _entries(seen: Seen) -> list[Members]:
    entries: list[Members] = payload(seen).get("configurationKey", [])
    return entries


def _is_about_all(seen: Seen) -> bool:
    return not asked(seen).get("key")


# --- what is asked for ------------------------------------------------------------------------------------------------


@CHAPTER.judges("CFG-01", "result", actions=("GetConfiguration",))
def every_key_comes_back(seen: Seen, view: View) -> Remark | str | None:
    unknown = payload(seen).get("unknownKey", [])
    if _is_about_all(seen):
        return Remark("nothing was named that could be unknown", path=("unknownKey",)) if unknown else None
    wanted = {key.lower(): key for key in asked(seen)["key"]}
    known = {entry["key"].lower() for entry in _entries(seen)}
    for number, entry in enumerate(_entries(seen)):
        if entry["key"].lower() not in wanted:
            return Remark(f"{short(entry['key'])} was not asked for", path=("configurationKey", number, "key"))
    for number, key in enumerate(unknown):
        if key.lower() in known:
            return Remark(f"{short(key)} is known and unknown", path=("unknownKey", number))
    most = view.memory.known.limit("getconfigurationmaxkeys")
    missing = wanted.keys() - known - {key.lower() for key in unknown} - {_SECRET}
    if not missing or (most is not None and len(asked(seen)["key"]) > most):
        return None
    return f"nothing is said of {', '.join(short(wanted[key]) for key in sorted(missing)[:3])}"


@CHAPTER.judges("CFG-02", "call", actions=("GetConfiguration",))
def few_enough_keys(seen: Seen, view: View) -> Remark | None:
    count, most = len(payload(seen).get("key", ())), view.memory.known.limit("getconfigurationmaxkeys")
    if most is None or count <= most:
        return None
    return Remark(f"{count} keys are more than the {most} of GetConfigurationMaxKeys", path=("key",))


@CHAPTER.judges("CFG-05", "result", actions=("GetConfiguration",))
def has_the_keys_of_its_profiles(seen: Seen, view: View) -> str | Remark | None:
    told = {entry["key"].lower(): entry for entry in _entries(seen)}
    for number, entry in enumerate(_entries(seen)):
        if entry["readonly"] and entry["key"].lower() in _MUST_BE_WRITABLE:
            text = f"{entry['key']} cannot be written"
            return Remark(text, path=("configurationKey", number, "readonly"))
    if not _is_about_all(seen) or not told:
        return None
    profiles = str(told.get("supportedfeatureprofiles", {}).get("value", "")).split(",")
    missing = sorted(key for key in required(profiles).names if key.lower() not in told)
    return f"the station does not have {', '.join(missing)}" if missing else None


_MUST_BE_WRITABLE: Final = frozenset(key.lower() for key in CORE.writable)


@CHAPTER.judges("CFG-08", "result", actions=("GetConfiguration",))
def keeps_its_key_secret(seen: Seen, view: View) -> Remark | None:
    for number, entry in enumerate(_entries(seen)):
        if entry["key"].lower() == _SECRET and entry.get("value", "").strip("*"):  # a recording may be masked
            return Remark("the value of AuthorizationKey is told", path=("configurationKey", number, "value"))
    return None


@CHAPTER.judges("CFG-09", "result", actions=("GetConfiguration",))
def known_protocols(seen: Seen, view: View) -> Remark | None:
    return _other_than(seen, "supportedfiletransferprotocols", _PROTOCOLS)


@CHAPTER.judges("CFG-10", "result", actions=("GetConfiguration",))
def units_by_their_names(seen: Seen, view: View) -> Remark | None:
    return _other_than(seen, "chargingscheduleallowedchargingrateunit", _UNITS, folded=True)


def _other_than(seen: Seen, key: str, allowed: frozenset[str], *, folded: bool = False) -> Remark | None:
    """The first element of a list that is none of those allowed."""
    for number, entry in enumerate(_entries(seen)):
        if entry["key"].lower() != key:
            continue
        names = [name.strip() for name in entry.get("value", "").split(",")]
        odd = next((name for name in names if name and (name.lower() if folded else name) not in allowed), None)
        if odd is not None:
            return Remark(f"{entry['key']} has {short(odd)}", path=("configurationKey", number, "value"))
    return None


# --- what is changed --------------------------------------------------------------------------------------------------


@CHAPTER.judges("CFG-03", "result", actions=("ChangeConfiguration",))
def answered_by_its_access(seen: Seen, view: View) -> Remark | None:
    known, key, status = view.memory.known.find(Keys), asked(seen)["key"].lower(), payload(seen)["status"]
    readonly = None if known is None else known.readonly.get(key)
    if readonly and status in ("Accepted", "RebootRequired"):
        return Remark(f"the change of a key that is read-only was {status}", path=("status",))
    if readonly is not None and status == "NotSupported":
        return Remark("the key was told before, and is NotSupported", path=("status",))
    return None


@CHAPTER.judges("CFG-04", "result", actions=("GetConfiguration",))
def reads_back(seen: Seen, view: View) -> Remark | None:
    known = view.memory.known.find(Keys)
    if known is None or not known.changed:
        return None
    for number, entry in enumerate(_entries(seen)):
        changed = known.changed.get(entry["key"].lower())
        if changed is not None and _plain(entry.get("value", "")) != changed:
            text = f"{entry['key']} does not have the value that was Accepted"
            return Remark(text, path=("configurationKey", number, "value"))
    return None


def _plain(value: str) -> str:
    """A value as it is compared: without letter case, without space around the elements of a list, numbers as such."""
    text = ",".join(part.strip().lower() for part in value.split(","))
    return text.lstrip("0") or "0" if text.isdecimal() else text


# --- what is learned --------------------------------------------------------------------------------------------------


@CHAPTER.learns("result", "GetConfiguration")
def told(seen: Seen, view: View) -> None:
    known = view.memory.known
    keys = known.of(Keys)
    for entry in _entries(seen):
        _keep(entry["key"], entry.get("value"), view)
        remember(keys.readonly, sys.intern(entry["key"].lower()), entry["readonly"], _MOST_KEYS)
    there = {entry["key"].lower() for entry in _entries(seen)}
    unknown = {key.lower() for key in payload(seen).get("unknownKey", ())}
    for key, value in ABSENT.items():
        if key in unknown or (there and _is_about_all(seen) and key not in there):
            known.configuration[key] = value


@CHAPTER.learns("call", "ChangeConfiguration")
def changes(seen: Seen, view: View) -> None:
    keys, configuration = view.memory.known.of(Keys), view.memory.known.configuration
    key = payload(seen)["key"].lower()
    keys.changed.pop(key, None)
    assert seen.request is not None
    # Until the answer nobody knows which of the two values it has.
    keys.changing = (seen.request, configuration.pop(key, None)) if key in KEPT else None


@CHAPTER.learns("result", "ChangeConfiguration")
def changed(seen: Seen, view: View) -> None:
    keys, members, status = view.memory.known.of(Keys), asked(seen), payload(seen)["status"]
    key = members["key"].lower()
    changing, keys.changing = keys.changing, None
    if status == "RebootRequired":
        keys.rebooting.update({key} & KEPT)
    elif status == "Accepted":
        _keep(members["key"], members["value"], view)
        if key in _STANDARD:
            remember(keys.changed, sys.intern(key), _plain(members["value"]), _MOST_CHANGED)
    elif changing is not None and changing[0] is seen.request and changing[1] is not None:
        view.memory.known.configuration[key] = changing[1]


@CHAPTER.learns("call", "BootNotification")
def boots(seen: Seen, view: View) -> None:
    keys = view.memory.known.find(Keys)
    if keys is not None:
        keys.readonly, keys.changed, keys.rebooting = {}, {}, set()


def _keep(key: str, value: str | None, view: View) -> None:
    key, known = key.lower(), view.memory.known
    if key in KEPT and value is not None and key not in known.of(Keys).rebooting:
        known.configuration[key] = value[: _LONGEST_LIST if key in LISTS else _LONGEST]
