"""dateTimes that are legal on the wire and have no name in Python get an answer and are kept (OCPP 1.6 §3.14)."""

from __future__ import annotations

import pytest

from csms_core import Csms
from csms_core.store import tags
from csms_core.v16.store import transactions
from tests.csms_core.support.bench import Connecting

pytestmark = pytest.mark.asyncio


@pytest.mark.parametrize("date", ["9999-12-31T23:59:59-05:00", "0001-01-01T00:00:00+05:00", "2016-12-31T23:59:60Z"])
async def test_a_station_may_send_any_date_time(csms: Csms, connecting: Connecting, date: str) -> None:
    station = await connecting()
    await station.boot()
    values = [{"timestamp": date, "sampledValue": [{"value": "1"}]}]

    started = await station.start(timestamp=date)
    number = started["transactionId"]
    status = {"connectorId": 1, "status": "Charging", "errorCode": "NoError", "timestamp": date}

    assert started["idTagInfo"]["status"] == "Accepted"
    assert await station.call("StatusNotification", status) == {}
    meter = {"connectorId": 1, "transactionId": number, "meterValue": values}
    assert await station.call("MeterValues", meter) == {}
    assert await station.stop(number, timestamp=date, transactionData=values) == {}
    assert await csms.store.read(lambda c: transactions.find(c, number)) is not None


@pytest.mark.parametrize(
    ("date", "status"),
    [
        ("9999-12-31T23:59:59-05:00", "Accepted"),
        ("0001-01-01T00:00:00+05:00", "Expired"),
        ("2016-12-31T23:59:60Z", "Expired"),
    ],
)
async def test_a_tag_may_expire_at_any_date_time(csms: Csms, connecting: Connecting, date: str, status: str) -> None:
    await csms.store.write(lambda c: tags.put(c, tags.Tag("ODD", expiry_date=date)))
    station = await connecting()
    await station.boot()

    answer = await station.call("Authorize", {"idTag": "ODD"})

    assert answer["idTagInfo"]["status"] == status
