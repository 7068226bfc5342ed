"""Tests with a CSMS and a station, for developers of a CSMS, a charger or a proxy; docs/pytest.md explains them.

    pytest examples/pytest

To test your own CSMS, define a fixture `csms_url` with its address in place of "csms_core.fixtures".
"""

from csms_core import Csms
from simulator import Station


async def test_a_card_starts_a_session(station: Station) -> None:
    await station.plug_in(1)
    await station.present("TAG-1")
    await station.until(lambda s: s.connector(1).status == "Charging", within=10)


async def test_the_csms_unlocks_a_connector(csms: Csms, station: Station) -> None:
    answer = await csms.operations["1.6"].perform("CP1", "UnlockConnector", {"connectorId": 1})

    assert answer == {"status": "Unlocked"}
