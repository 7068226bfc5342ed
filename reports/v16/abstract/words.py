"""The words of the two layouts: our own sentences for the constant texts, and the orders and names that they print."""

from collections.abc import Mapping
from typing import Final, cast

from reports.v16.abstract.model import Layout, MeasureKey, ProfileKey, Role
from schemas.profiles import printed

TITLE: Final = "Abstract of the test report: OCPP 1.6"

PROFILES: Final = printed("1.6")
"""Those that have a row, in the order of the layout of 2024."""

ORDER: Final[Mapping[Layout, tuple[ProfileKey, ...]]] = {
    "2023": (
        "core",
        "firmware_management",
        "smart_charging",
        "reservation",
        "local_auth_list",
        "remote_trigger",
        "advanced_security",
    ),
    "2024": tuple(cast(ProfileKey, profile.key) for profile in PROFILES),
}
SIX: Final = frozenset(ORDER["2024"]) - {"advanced_security"}
"""The feature profiles of OCPP 1.6; who claims all of them has the kind Full."""

_SAME: Final[Mapping[ProfileKey, str]] = {
    "firmware_management": "New firmware is installed over the air, and diagnostics are fetched from the station.",
    "reservation": "A connector is kept free for a driver.",
    "local_auth_list": "The station keeps a list of tags that it lets charge without asking.",
    "remote_trigger": "The station is asked to send a message now.",
    "advanced_security": "Both sides prove with certificates who they are, over TLS.",
}
DESCRIPTIONS: Final[Mapping[Layout, Mapping[ProfileKey, str]]] = {
    "2023": {
        "core": "Boot, authorization (from a cache if there is one), configuration, transactions and remote control.",
        "smart_charging": "The power of a session is steered with every kind of charging profile, also stacked ones.",
        **_SAME,
    },
    "2024": {
        "core": "Boot, authorization, configuration, transactions, remote control and basic security.",
        "smart_charging": "The power of a session is steered with charging profiles.",
        **_SAME,
    },
}

DEVICE: Final[Mapping[Layout, Mapping[Role, str]]] = {
    "2023": {"csms": "CSMS", "charge_point": "Charging Station"},
    "2024": {"csms": "Charging Station Management System", "charge_point": "Charging Station"},
}

MEASURES: Final[Mapping[Role, tuple[MeasureKey, ...]]] = {
    "csms": ("ocpp_response", "authorize_response"),
    "charge_point": ("ocpp_response", "triggered_function", "remote_start_authorization", "remote_stop_end"),
}
_NAMES: Final[Mapping[MeasureKey, str]] = {
    "ocpp_response": "OCPP response time",
    "authorize_response": "Response time Authorize",
    "triggered_function": "OCPP triggered function timeout",
    "remote_start_authorization": "Transaction authorization time by RemoteStartTransaction",
    "remote_stop_end": "Transaction authorization end time by RemoteStopTransaction",
}
MEASURE_NAMES: Final[Mapping[Layout, Mapping[MeasureKey, str]]] = {
    # No report of 2023 about a station is known: its other rows carry the names of 2024.
    "2023": {**_NAMES, "ocpp_response": "OCPP response timeout"},
    "2024": _NAMES,
}
MEASURE_DESCRIPTIONS: Final[Mapping[MeasureKey, str]] = {
    "ocpp_response": "From a request of the tool to its answer, all messages.",
    "authorize_response": "From an Authorize request to its answer.",
    "triggered_function": "From the acceptance of an operation to the message that shows its effect.",
    "remote_start_authorization": "From RemoteStartTransaction to the StartTransaction that follows.",
    "remote_stop_end": "From RemoteStopTransaction to the StopTransaction that follows.",
}

QUESTIONS: Final[Mapping[str, str]] = {
    "AQ-1": "Can the first answer to a BootNotification be Pending or Rejected?",
    "AQ-6": "Are unknown stations refused during the handshake already?",
    "CP-1": "Can the last root certificate of the central system be removed?",
    "CP-2": "Does a lock keep the driver from plugging in before authorization?",
    "CP-7": "Can firmware be downloaded during a transaction?",
    "CP-8": "Must a connector be chosen before authorization?",
}
"""Ids are free texts in the SUT file; one that is not here prints with a dash for its question."""
MILLISECONDS: Final = "Milliseconds in timestamps"
