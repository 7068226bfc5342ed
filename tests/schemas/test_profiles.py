"""The profiles of a version: one table for everybody."""

import pytest

from schemas import UnknownVersion
from schemas.profiles import printed, profiles


def test_the_profiles_of_a_version_have_names_of_their_own() -> None:
    known = profiles("1.6")

    for column in ("case", "name", "title"):
        names = [getattr(profile, column) for profile in known]
        assert len(names) == len(set(names))
    assert [profile.name for profile in known if profile.key is None] == ["Performance", "rpc"]
    assert [profile.name for profile in known if profile.optional] == ["rpc"]


def test_the_order_in_print_is_that_of_the_layout_of_2024() -> None:
    assert [profile.key for profile in printed("1.6")] == [
        "core",
        "firmware_management",
        "local_auth_list",
        "smart_charging",
        "remote_trigger",
        "reservation",
        "advanced_security",
    ]


def test_each_name_is_printed_once_whatever_versions_have_it() -> None:
    names = [profile.name for profile in printed()]

    assert names[: len(printed("1.6"))] == [profile.name for profile in printed("1.6")]
    assert len(names) == len(set(names))


def test_a_version_without_a_table_is_told() -> None:
    with pytest.raises(UnknownVersion, match="There are no schemas for OCPP"):
        profiles("1.2")
