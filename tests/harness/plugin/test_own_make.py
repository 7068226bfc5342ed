"""How the station that comes along is made: it has what its claims do not deny."""

from __future__ import annotations

from pathlib import Path

import msgspec

from harness.processes.own_make import make_of
from harness.v16.claims import Profiles, Sut
from simulator.models import Model
from simulator.v16.profiles.local_list import LocalList
from simulator.v16.profiles.reservation import Reservations
from simulator.v16.station import FEATURES
from tests.harness.sut.test_claims import EVERYTHING_OPEN


def claiming(**profiles: bool) -> Sut:
    """A product that answers these, and is open otherwise."""
    sut = msgspec.structs.replace(EVERYTHING_OPEN, profiles=Profiles(core=True, **profiles))
    assert isinstance(sut, Sut)
    return sut


def test_a_station_is_as_usual_where_nothing_is_denied(tmp_path: Path) -> None:
    assert make_of(claiming(reservation=True), 2, tmp_path) == (
        *("--connectors", "2"),
        *("--reboot", "0.5", "--installation", "1"),
    )
    assert not list(tmp_path.iterdir())


def test_a_profile_that_is_denied_is_left_out_and_nothing_else(tmp_path: Path) -> None:
    option, file = make_of(claiming(reservation=False), 3, tmp_path)
    made = Model.load(file).made

    assert option == "--model"
    assert set(made.features) == set(FEATURES) - {Reservations}
    assert (made.facts.connectors, made.facts.reboot, made.facts.installation) == (3, 0.5, 1)


def test_several_profiles_can_be_denied(tmp_path: Path) -> None:
    _, file = make_of(claiming(reservation=False, local_auth_list=False), 1, tmp_path)

    assert set(Model.load(file).made.features) == set(FEATURES) - {Reservations, LocalList}
