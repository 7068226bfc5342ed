"""How many stations come along where `[driver]` is simulated: one for each worker, unless the file names one."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.sut.reading.completion import MOST_OWN
from harness.sut.reading.loading import parse

FILE = """
[product]
sut = "charge_point"
communication = "JSON"
[connection]
listen = "127.0.0.1:0"
{stations}
[driver]
kind = "simulated"
[profiles]
core = true
firmware_management = false
smart_charging = false
reservation = false
local_auth_list = false
remote_trigger = false
"""


@pytest.mark.parametrize(
    ("stations", "identities"),
    [
        ("", [""] * MOST_OWN),
        ("[[stations]]\nconnectors = 2\n", [""] * MOST_OWN),
        ('[[stations]]\nidentity = "CP 1"\n', ["CP 1"]),
        ('[[stations]]\nidentity = "CP1"\n[[stations]]\nidentity = "CP2"\n', ["CP1", "CP2"]),
    ],
)
def test_each_worker_starts_its_own_unless_it_has_a_name(stations: str, identities: list[str]) -> None:
    sut = parse(FILE.format(stations=stations), "sut.toml", folder=Path(), environ={})

    assert [lane.identity for lane in sut.lanes] == identities
