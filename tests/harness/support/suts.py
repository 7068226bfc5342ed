"""Systems under test for the tests of the harness: described in code or in a few lines of TOML."""

from pathlib import Path

import msgspec

from harness.sut import ReferenceFixtures, ReferenceSettings, Sut, Tags
from harness.sut.reading import for_url, load

TAGS = Tags(
    valid="PLUGPROOF-VALID",
    valid_2="PLUGPROOF-VALID-2",
    parent="PLUGPROOF-PARENT",
    expired="PLUGPROOF-EXPIRED",
    blocked="PLUGPROOF-BLOCKED",
)
HEAD = """
[product]
sut = "csms"
[connection]
url = "{url}"
{connection}
{stations}
[tags]
valid = "VALID-1"
valid_2 = "VALID-2"
parent = "FAMILY-1"
expired = "EXPIRED-1"
blocked = "BLOCKED-1"
[profiles]
core = true
firmware_management = true
smart_charging = true
reservation = true
local_auth_list = true
remote_trigger = true
"""
LANE = '[[lanes]]\nidentity = "CP 1/é"\nconnectors = 2\n'


def reference_sut(url: str, api: str) -> Sut:
    """plugproof's own back office, operated over its API, every tag available."""
    return msgspec.structs.replace(
        for_url(url),
        source="reference",
        digest="00",
        operator=ReferenceSettings(api=api),
        fixtures=ReferenceFixtures(api=api),
        tags=TAGS,
    )


def sut_of(
    folder: Path,
    more: str,
    *,
    url: str = "ws://127.0.0.1:9/ocpp",
    stations: str = LANE,
    connection: str = "",
    **environ: str,
) -> Sut:
    """A SUT file with every profile and tag, and `more` at its end, loaded from `folder`."""
    file = folder / "sut.toml"
    file.write_text(HEAD.format(url=url, stations=stations, connection=connection) + more, "utf-8")
    return load(file, environ=environ)
