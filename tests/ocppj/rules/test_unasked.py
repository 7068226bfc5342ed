"""An update of firmware that no CSMS has asked for is no repetition of one that it has (FW-05)."""

from ocppj.v16.rules.profiles.firmware import begins_unasked
from tests.ocppj.rules.broken.model import Conversation, after
from tests.ocppj.rules.broken.profiles import firmware, updates
from tests.ocppj.rules.broken.said import boots
from tests.ocppj.support.talk import Talk


def unasked(talk: Talk) -> None:
    """The station begins an update by itself, and says so to who judges it."""
    begins_unasked(talk.session.memory.known)


def broken_by(*conversations: Conversation) -> list[tuple[str, str]]:
    talk = Talk("station")
    after(boots, *conversations)(talk)
    return talk.broken


def test_what_follows_an_update_that_failed_may_be_another_one() -> None:
    asked = (updates(retries=0), firmware("Downloading", "DownloadFailed"))
    again = firmware("Downloading", "Downloaded", "Installing", "Installed")

    assert broken_by(*asked, unasked, again) == []
    assert [rule for rule, _ in broken_by(*asked, again)] == ["FW-05"]


def test_a_station_that_was_never_asked_for_one_may_begin_one() -> None:
    assert broken_by(unasked, firmware("Downloading", "Downloaded", "Installing", "Installed")) == []
