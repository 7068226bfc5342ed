"""Which cases apply: only an explicit answer takes one out, and the reason names it."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from harness.sut import Endpoint, Lane, ReferenceFixtures, RestFixtures, Sut
from harness.sut.needs import UnknownNeed
from harness.sut.reach import security_profile
from harness.sut.reading import for_url
from harness.v16.needs import NEEDS, PROFILES

applicability, claimed, missing_tag = NEEDS.applicability, NEEDS.claimed, NEEDS.missing_tag
need, unanswered = NEEDS.need, NEEDS.unanswered

EVERYTHING_OPEN = msgspec.structs.replace(for_url("ws://127.0.0.1:1/ocpp"), source="sut.toml", digest="00")


def sut_with(**answers: Any) -> Sut:
    """The open SUT with some answers, `features__clear_cache=False` style."""
    sut = EVERYTHING_OPEN
    for dotted, value in answers.items():
        sut = _set(sut, dotted.split("__"), value)
    return sut


def _set(block: Any, path: list[str], value: Any) -> Any:
    name, *rest = path
    if rest:
        value = _set(getattr(block, name), rest, value)
    assert hasattr(block, name)
    return msgspec.structs.replace(block, **{name: value})


@pytest.mark.parametrize("profile", [*PROFILES, *PROFILES.values(), "Security", "security", "Performance", "rpc"])
def test_a_claimed_profile_applies_under_either_name(profile: str) -> None:
    assert applicability(profile, [], EVERYTHING_OPEN) is None


@pytest.mark.parametrize(("wire", "key"), [item for item in PROFILES.items() if item[0] != "Core"])
def test_a_denied_profile_takes_its_cases_out(wire: str, key: str) -> None:
    sut = sut_with(**{f"profiles__{key}": False})

    assert applicability(wire, [], sut) == f"not claimed: profiles.{key} = false in sut.toml"
    assert applicability("Security", [f"profiles.{key}"], sut) == f"not claimed: profiles.{key} = false in sut.toml"
    assert claimed(f"without-{key.replace('_', '-')}", sut)
    assert applicability("Core", [f"without-{key.replace('_', '-')}"], EVERYTHING_OPEN) == (
        f"not claimed: profiles.{key} = true in sut.toml"
    )


@pytest.mark.parametrize("need", ["without-reservation", "local-list-off"])
def test_a_denied_profile_does_not_take_out_a_case_for_a_product_without_it(need: str) -> None:
    without = sut_with(profiles__reservation=False, profiles__local_auth_list=False)

    assert applicability("Reservation", [need], without) is None


# need, answer that takes the case out, reason
UNMET = [
    ("unlock", {"features__unlock_connector": False}, "features.unlock_connector = false"),
    ("unlock-unknown-connector", {"features__unlock_connector": False}, "features.unlock_connector = false"),
    (
        "unlock-unknown-connector",
        {"features__unlock_unknown_connector": False},
        "features.unlock_unknown_connector = false",
    ),
    ("clear-cache", {"features__clear_cache": False}, "features.clear_cache = false"),
    ("get-configuration-all", {"features__get_configuration_all": False}, "features.get_configuration_all = false"),
    ("get-configuration-some", {"features__get_configuration_some": False}, "features.get_configuration_some = false"),
    (
        "data-transfer-unknown-vendor",
        {"features__data_transfer_vendor_ids": ("org.example.unknown",)},
        'run.unknown_vendor_id = "org.example.unknown" is among features.data_transfer_vendor_ids',
    ),
    ("trigger-meter-values", {"features__trigger__meter_values": False}, "features.trigger.meter_values = false"),
    ("trigger-heartbeat", {"features__trigger__heartbeat": False}, "features.trigger.heartbeat = false"),
    (
        "trigger-status-notification",
        {"features__trigger__status_notification": False},
        "features.trigger.status_notification = false",
    ),
    (
        "trigger-diagnostics-status",
        {"features__trigger__diagnostics_status": False},
        "features.trigger.diagnostics_status = false",
    ),
    (
        "trigger-firmware-status",
        {"features__trigger__firmware_status": False},
        "features.trigger.firmware_status = false",
    ),
    (
        "trigger-boot-notification",
        {"features__trigger__boot_notification": False},
        "features.trigger.boot_notification = false",
    ),
    (
        "trigger-unknown-connector",
        {"features__trigger_unknown_connector": False},
        "features.trigger_unknown_connector = false",
    ),
    ("boot-pending", {"features__boot_pending": False}, "features.boot_pending = false"),
    (
        "unknown-refused-at-handshake",
        {"features__reject_unknown_at_handshake": False},
        "features.reject_unknown_at_handshake = false",
    ),
    (
        "unknown-refused-after-handshake",
        {"features__reject_unknown_at_handshake": True},
        "features.reject_unknown_at_handshake = true",
    ),
    ("local-list-full", {"features__local_list__full": False}, "features.local_list.full = false"),
    (
        "local-list-differential",
        {"features__local_list__differential": False},
        "features.local_list.differential = false",
    ),
    ("local-list-version", {"features__local_list__get_version": False}, "features.local_list.get_version = false"),
    (
        "reservation-connector-zero",
        {"features__reservation_connector_zero": False},
        "features.reservation_connector_zero = false",
    ),
    ("reservation-parent", {"features__reservation_parent": False}, "features.reservation_parent = false"),
    ("tx-default-profile", {"features__smart__tx_default": False}, "features.smart.tx_default = false"),
    ("tx-profile", {"features__smart__tx": False}, "features.smart.tx = false"),
    ("max-profile", {"features__smart__max": False}, "features.smart.max = false"),
    (
        "remote-start-profile",
        {"features__smart__remote_start_profile": False},
        "features.smart.remote_start_profile = false",
    ),
    ("composite-schedule", {"features__smart__composite": False}, "features.smart.composite = false"),
    ("clear-charging-profile", {"features__smart__clear": False}, "features.smart.clear = false"),
    ("firmware-update", {"features__firmware__plain": False}, "features.firmware.plain = false"),
    ("signed-firmware-update", {"features__firmware__signed": False}, "features.firmware.signed = false"),
    ("diagnostics", {"features__diagnostics": False}, "features.diagnostics = false"),
    ("security-log", {"features__security_log": False}, "features.security_log = false"),
    (
        "authorize-on-remote-start",
        {"features__authorize_on_remote_start": False},
        "features.authorize_on_remote_start = false",
    ),
    ("performance-ocpp-response", {}, "performance.ocpp_response is not declared"),
    ("performance-authorize", {}, "performance.authorize_response is not declared"),
    ("security-profile", {}, "security.profiles is not set and connection.security_profile = 0"),
    ("security-profile", {"security__profiles": ()}, "security.profiles = []"),
    ("security-profile-1-or-2", {"security__profiles": (3,)}, "security.profiles = [3]"),
    ("security-profile-2-or-3", {"security__profiles": (1,)}, "security.profiles = [1]"),
    ("security-profile-3", {"security__profiles": (1, 2)}, "security.profiles = [1, 2]"),
    ("security-profile-rise", {"security__profiles": (1, 3)}, "security.profiles = [1, 3]"),
    ("security-profile-upgrade", {"security__profiles": (2,)}, "security.profiles = [2]"),
    ("security-profile-upgrade", {"security__profiles": (1, 2)}, "connection.security_profile = 0"),
    ("connected-with-profile-1-or-2", {"connection__security_profile": 3}, "connection.security_profile = 3"),
    ("connected-with-profile-2-or-3", {"connection__security_profile": 1}, "connection.security_profile = 1"),
    (
        "trigger-some-message",
        {
            f"features__trigger__{name}": False
            for name in (
                "meter_values",
                "heartbeat",
                "status_notification",
                "diagnostics_status",
                "firmware_status",
            )
        },
        "features.trigger.meter_values = false, features.trigger.heartbeat = false, "
        "features.trigger.status_notification = false, features.trigger.diagnostics_status = false, "
        "features.trigger.firmware_status = false",
    ),
    ("auth-cache", {"features__auth_cache": False}, "features.auth_cache = false"),
    (
        "authorize-remote-tx",
        {"features__authorize_remote_tx": "false_only"},
        'features.authorize_remote_tx = "false_only"',
    ),
    (
        "unasked-remote-tx",
        {"features__authorize_remote_tx": "true_only"},
        'features.authorize_remote_tx = "true_only"',
    ),
    ("offline-unknown-id", {"features__offline_unknown_id": False}, "features.offline_unknown_id = false"),
    (
        "offline-transactions",
        {
            "features__auth_cache": False,
            "profiles__local_auth_list": False,
            "features__offline_unknown_id": False,
        },
        "features.auth_cache = false, profiles.local_auth_list = false, features.offline_unknown_id = false",
    ),
    ("local-stop", {"hardware__local_stop": False}, "hardware.local_stop = false"),
    ("detachable-cable", {"hardware__cable__detachable": False}, "hardware.cable.detachable = false"),
    ("fixed-cable", {"hardware__cable__fixed": False}, "hardware.cable.fixed = false"),
    ("connector-lock", {"hardware__connector_lock": False}, "hardware.connector_lock = false"),
    ("lock-failure", {"features__lock_failure_injectable": False}, "features.lock_failure_injectable = false"),
    ("fault-injection", {"features__fault_injectable": False}, "features.fault_injectable = false"),
    (
        "local-list-failure",
        {"features__local_list_failure_injectable": False},
        "features.local_list_failure_injectable = false",
    ),
    ("backup-power", {"hardware__backup_power": False}, "hardware.backup_power = false"),
    ("no-backup-power", {"hardware__backup_power": True}, "hardware.backup_power = true"),
    (
        "stop-on-ev-disconnect",
        {"features__stop_tx_on_ev_disconnect": "false_only"},
        'features.stop_tx_on_ev_disconnect = "false_only"',
    ),
    (
        "stop-on-ev-disconnect-writable",
        {"features__stop_tx_on_ev_disconnect": "true_only"},
        'features.stop_tx_on_ev_disconnect = "true_only"',
    ),
    ("local-list-off", {"limits__local_list_can_be_disabled": False}, "limits.local_list_can_be_disabled = false"),
    ("reserve-connector-zero", {"limits__reserve_connector_zero": False}, "limits.reserve_connector_zero = false"),
    (
        "three-profiles-five-periods",
        {"limits__charging_schedule_max_periods": 4},
        "limits.charging_schedule_max_periods = 4, at least 5 needed,",
    ),
    ("file-server", {"features__file_transfer_protocols": ()}, "features.file_transfer_protocols = []"),
    ("octet-passwords", {}, "features.octet_passwords is not set"),
    ("octet-passwords", {"features__octet_passwords": False}, "features.octet_passwords = false"),
    ("call-timeout", {}, "features.call_timeout_s is not set"),
    ("held-at-pending", {}, 'fixtures.kind = "none"'),
    ("held-at-pending", {"fixtures": RestFixtures()}, "fixtures.stations.registration is not set"),
    ("encoded-identity", {}, "no identity is set"),
    ("encoded-identity", {"lanes": (Lane(identity="CP-1"),)}, 'identity = "CP-1" needs no encoding'),
]


@pytest.mark.parametrize(("name", "answers", "reason"), UNMET)
def test_an_unmet_need_gives_the_reason_that_names_the_claim(name: str, answers: dict[str, Any], reason: str) -> None:
    sut = sut_with(**answers)

    assert not claimed(name, sut)
    assert applicability("Core", [name], sut) == f"not claimed: {reason} in sut.toml"


STEPS = {name: need.step for name, need in NEEDS.table.items() if need.step is not None}


@pytest.mark.parametrize("name", STEPS)
def test_a_step_that_the_product_cannot_do_gives_a_reason_of_its_own(name: str) -> None:
    key = f"features.{name.replace('-', '_')}"
    sut = sut_with(**{key.replace(".", "__"): False})

    reason = f"not tested: the product cannot {STEPS[name]}: {key} = false in sut.toml"
    assert applicability("Core", [name], sut) == reason
    assert applicability("Core", [name], sut_with()) is None


TAGS = [
    ("valid-tag", {"tags__valid": None}, "tags.valid is not set"),
    ("second-valid-tag", {}, "tags.valid_2 is not set"),
    ("parent-tag", {"tags__valid_2": "V2"}, "tags.parent is not set"),
    ("expired-tag", {}, "tags.expired is not set"),
    ("blocked-tag", {}, "tags.blocked is not set"),
    ("concurrent-tag", {}, "tags.concurrent is not set"),
]


@pytest.mark.parametrize(("name", "answers", "reason"), TAGS)
def test_a_tag_that_the_file_lacks_is_no_claim(name: str, answers: dict[str, Any], reason: str) -> None:
    sut = sut_with(**answers)

    assert applicability("Core", [name], sut) is None
    assert missing_tag([name], sut) == f"not run: {reason} in sut.toml; name one to have this judged"
    assert missing_tag(["clear-cache"], sut) is None


def test_every_need_is_shown_to_be_able_to_take_a_case_out() -> None:
    shown = {name for name, _, _ in (*UNMET, *TAGS)} | set(STEPS)
    by_profile = {f"profiles.{key}" for key in PROFILES.values()} | {
        f"without-{key.replace('_', '-')}" for key in PROFILES.values()
    }
    assert set(NEEDS.table) - shown - by_profile == {"remote-start", "remote-stop"}


MET = [
    ("expired-tag", {"tags__expired": "E"}),
    ("parent-tag", {"tags__valid_2": "V2", "tags__parent": "P"}),
    ("performance-ocpp-response", {"performance__ocpp_response": 5.0}),
    ("security-profile-2-or-3", {"connection__security_profile": 2}),
    ("security-profile-rise", {"security__profiles": (2, 3)}),
    ("security-profile-upgrade", {"security__profiles": (1, 2), "connection__security_profile": 1}),
    ("security-profile-upgrade", {"security__profiles": (1, 2), "endpoints": {"1": Endpoint()}}),
    ("security-profile-3", {"endpoints": {"3": Endpoint()}}),
    ("trigger-some-message", {"features__trigger__heartbeat": False}),
    ("connected-with-profile-1-or-2", {"connection__security_profile": 1}),
    ("offline-transactions", {"features__auth_cache": False}),
    ("local-list-off", {"profiles__local_auth_list": False, "limits__local_list_can_be_disabled": False}),
    ("three-profiles-five-periods", {"limits__max_charging_profiles_installed": 3}),
    ("file-server", {"features__file_transfer_protocols": ("FTP",)}),
    ("stop-on-ev-disconnect", {"features__stop_tx_on_ev_disconnect": "true_only"}),
    ("data-transfer-unknown-vendor", {"features__data_transfer_vendor_ids": ("com.example",)}),
    ("octet-passwords", {"features__octet_passwords": True}),
    ("call-timeout", {"features__call_timeout_s": 30}),
    ("held-at-pending", {"fixtures": ReferenceFixtures()}),
    ("encoded-identity", {"lanes": (Lane(identity="CP 1"),)}),
]


@pytest.mark.parametrize(("name", "answers"), MET)
def test_a_met_need_lets_the_case_run(name: str, answers: dict[str, Any]) -> None:
    sut = sut_with(**answers)
    assert (applicability("Core", [name], sut), missing_tag([name], sut)) == (None, None)


@pytest.mark.parametrize(
    ("needs", "answers", "profile"),
    [
        (["clear-cache"], {"connection__security_profile": 2}, None),
        (["security-profile"], {"security__profiles": (1, 2, 3)}, 1),
        (["security-profile"], {"security__profiles": (1, 2, 3), "connection__security_profile": 3}, 3),
        (["security-log", "security-profile-2-or-3"], {"security__profiles": (3, 1)}, 3),
        (["security-profile-2-or-3"], {"security__profiles": (2, 3), "connection__security_profile": 1}, 2),
        (["security-profile-3"], {"endpoints": {"3": Endpoint()}}, 3),
        (["security-profile-upgrade"], {"security__profiles": (1, 2, 3)}, 1),
        (["security-profile-upgrade"], {"security__profiles": (1, 2), "connection__security_profile": 2}, 1),
        (["security-profile-upgrade"], {"security__profiles": (1, 2, 3), "connection__security_profile": 2}, 2),
        (["security-profile-upgrade"], {"security__profiles": (2, 3)}, 2),
    ],
)
def test_a_security_case_connects_with_a_profile_it_is_about(
    needs: list[str], answers: dict[str, Any], profile: int | None
) -> None:
    assert security_profile(needs, sut_with(**answers)) == profile


def test_the_questions_of_security_are_open_only_where_security_is_claimed() -> None:
    asked = {"features.security_log", "features.firmware.signed"}

    assert asked.isdisjoint(unanswered(sut_with()))
    assert asked <= set(unanswered(sut_with(security__profiles=(1,))))


ONLY_WHEN_CLAIMED = {"octet-passwords", "call-timeout", "held-at-pending", "encoded-identity"}
"""What cases of OCPP-J need that no certification asks for, and that nobody can tell from outside."""


def test_silence_hides_no_feature() -> None:
    asked_for_a_thing = ("tag", "performance", "security", "connected", "without")
    features = [name for name in NEEDS.table if not any(word in name for word in asked_for_a_thing)]

    assert "clear-cache" in features
    assert {name for name in features if not claimed(name, EVERYTHING_OPEN)} == ONLY_WHEN_CLAIMED


def test_only_a_yes_affirms() -> None:
    assert sut_with(hardware__backup_power=True).affirmed("hardware.backup_power")
    assert not sut_with(hardware__backup_power=False).affirmed("hardware.backup_power")
    assert not sut_with().affirmed("hardware.backup_power")
    assert not sut_with().affirmed("hardware.nobody_asks_this")


def test_without_a_file_the_reason_says_so() -> None:
    sut = for_url("ws://127.0.0.1:1/ocpp")
    assert missing_tag(["expired-tag"], sut) == (
        "not run: tags.expired is not set (no SUT file); name one to have this judged"
    )
    assert applicability("Security", ["security-profile"], sut) == (
        "not claimed: security.profiles is not set and connection.security_profile = 0 (no SUT file)"
    )


def test_the_first_unmet_claim_is_the_reason() -> None:
    sut = sut_with(profiles__reservation=False, features__clear_cache=False)
    assert applicability("Reservation", ["clear-cache"], sut) == "not claimed: profiles.reservation = false in sut.toml"


def test_a_misspelt_need_is_the_mistake_of_the_case() -> None:
    with pytest.raises(UnknownNeed, match="need 'clear-cash' does not exist; did you mean clear-cache\\?"):
        need("clear-cash")
    with pytest.raises(UnknownNeed, match="did you mean clear-cache"):
        applicability("Reservation", ["clear-cash"], sut_with(profiles__reservation=False))
    with pytest.raises(UnknownNeed, match="profile 'Coer' does not exist; did you mean Core\\?"):
        applicability("Coer", [], EVERYTHING_OPEN)


def test_open_questions_are_listed_unless_their_profile_is_denied() -> None:
    listed = unanswered(sut_with(profiles__smart_charging=False, features__clear_cache=True))

    assert "features.unlock_connector" in listed
    assert "features.trigger.heartbeat" in listed
    assert "features.clear_cache" not in listed
    assert [name for name in listed if name.startswith("features.smart")] == []


def test_every_open_question_of_a_charge_point_exists() -> None:
    assert "hardware.local_stop" in unanswered(sut_with(product__sut="charge_point"))
