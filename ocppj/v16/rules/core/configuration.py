"""Configuration keys: what they told, and how many may be asked for (OCPP 1.6 §5.3, §5.8, chapter 9)."""

from typing import Final

from ocppj.rules.chapter import Chapter
from ocppj.rules.members import asked, payload
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View

CHAPTER: Final = Chapter()

CHAPTER.rule("CFG-02", "MUST", "S §9.1.9", "At most GetConfigurationMaxKeys keys are asked for at a time.", "csms")

KEPT: Final = frozenset(
    {
        "chargeprofilemaxstacklevel",
        "chargingscheduleallowedchargingrateunit",
        "chargingschedulemaxperiods",
        "getconfigurationmaxkeys",
        "maxchargingprofilesinstalled",
        "messagetimeout",
        "numberofconnectors",
        "sendlocallistmaxlength",
    }
)
"""The keys that rules judge by; a key is a CiString."""

_LONGEST: Final = 100


@CHAPTER.learns("result", "GetConfiguration")
def told(seen: Seen, view: View) -> None:
    for entry in payload(seen).get("configurationKey", ()):
        _keep(entry["key"], entry.get("value"), view)


@CHAPTER.learns("result", "ChangeConfiguration")
def changed(seen: Seen, view: View) -> None:
    if payload(seen)["status"] == "Accepted":
        _keep(asked(seen)["key"], asked(seen)["value"], view)


def _keep(key: str, value: str | None, view: View) -> None:
    key = key.lower()
    if key in KEPT and value is not None:
        view.memory.known.configuration[key] = value[:_LONGEST]


@CHAPTER.judges("CFG-02", "call", actions=("GetConfiguration",))
def few_enough_keys(seen: Seen, view: View) -> Remark | None:
    count, most = len(payload(seen).get("key", ())), view.memory.known.limit("getconfigurationmaxkeys")
    if most is None or count <= most:
        return None
    return Remark(f"{count} keys are more than the {most} of GetConfigurationMaxKeys", path=("key",))
