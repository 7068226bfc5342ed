"""Stations as users of locust on gevent, over ``websocket-client``, as a first locustfile for OCPP has them.

For ``benchmarks.fleet``; run by locust in an environment of its own. They check nothing.
"""

import json
import os
import time
from datetime import UTC, datetime
from typing import Any

import gevent
from locust import User, task
from websocket import create_connection  # type: ignore[import-not-found]

TAG = os.environ["TAG"]
STATIONS = int(os.environ["STATIONS"])
EVERY, LENGTH, METER = (float(os.environ[name]) for name in ("EVERY", "LENGTH", "METER"))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Station(User):  # type: ignore[misc]  # locust is in an environment of its own
    """One station; a greenlet reads and writes its socket."""

    numbers = 0

    def on_start(self) -> None:
        """Connect."""
        Station.numbers += 1
        self._number = Station.numbers
        self._last = 0
        self._socket = create_connection(f"{self.host}/LOCUST-{self._number:05d}", subprotocols=["ocpp1.6"])

    @task  # type: ignore[untyped-decorator]
    def play(self) -> None:
        """Boot, and charge again and again."""
        self._ask("BootNotification", chargePointVendor="other", chargePointModel="locust")
        self._status("Available")
        gevent.sleep((EVERY + LENGTH) * self._number / STATIONS)
        while True:
            self._status("Preparing")
            self._ask("Authorize", idTag=TAG)
            started = self._ask("StartTransaction", connectorId=1, idTag=TAG, meterStart=0, timestamp=_now())
            transaction = started["transactionId"]
            self._status("Charging")
            for _ in range(int(LENGTH // METER)):
                gevent.sleep(METER)
                sample = {"value": "1", "context": "Sample.Periodic", "measurand": "Energy.Active.Import.Register"}
                values = [{"timestamp": _now(), "sampledValue": [{**sample, "unit": "Wh"}]}]
                self._ask("MeterValues", connectorId=1, transactionId=transaction, meterValue=values)
            gevent.sleep(LENGTH % METER)
            told = {"transactionId": transaction, "meterStop": 1, "timestamp": _now(), "reason": "Local", "idTag": TAG}
            self._ask("StopTransaction", **told)
            self._status("Finishing")
            self._status("Available")
            gevent.sleep(EVERY)

    def _status(self, status: str) -> None:
        self._ask("StatusNotification", connectorId=1, errorCode="NoError", status=status, timestamp=_now())

    def _ask(self, action: str, **payload: Any) -> Any:
        self._last += 1
        began = time.perf_counter()
        self._socket.send(json.dumps([2, str(self._last), action, payload]))
        text = self._socket.recv()
        answer = json.loads(text)
        self.environment.events.request.fire(
            request_type="CALL",
            name=action,
            response_time=1000 * (time.perf_counter() - began),
            response_length=len(text),
            exception=None if answer[0] == 3 else RuntimeError(text),
        )
        return answer[2]
