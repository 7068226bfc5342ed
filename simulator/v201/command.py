"""What OCPP 2.0.1 brings to `plugproof station`: a session that is charged once, and what may be said of the make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import schemas
from ocppj.session.session import Exchange, Seen
from simulator.station import session
from simulator.station.session import refused, unusable
from simulator.v201.core.registration import station_type
from simulator.v201.station import Station
from simulator.v201.transactions.queue import ACTION


def boot_mistakes(identity: Mapping[str, str]) -> Iterator[str]:
    """Why a CSMS will not take these members of chargingStation in BootNotification: what the schema does not."""
    station = station_type({"vendorName": "plugproof", "model": "Simulator", **identity})
    whole = {"reason": "PowerUp", "chargingStation": station}
    for violation in schemas.load("2.0.1").diagnose("BootNotification", "call", whole):
        yield violation.message


class Session(session.Session[Station]):
    """Plug in, start, stop, unplug; of an event that was sent again the last answer counts."""

    def __init__(self, station: Station) -> None:
        self._answers: dict[tuple[str, int], str | None] = {}  # by eventType and seqNo
        super().__init__(station)

    async def _steps(self, tag: str, seconds: float, patience: float) -> None:
        station = self._station
        evse = station.connector(1)
        await station.plug_in(1)
        await station.present(tag, 1)
        await station.until(lambda _: evse.charging_state == "Charging" and evse.transaction is not None, within=0)
        await station.clock.sleep(seconds)
        if evse.admission is not None:  # the CSMS may have ended it
            await station.present(tag, 1)
        await station.until(lambda s: not s.queued, within=patience)
        await station.unplug(1)
        await station.until(lambda s: not s.queued, within=patience)
        await station.delivered()

    def _answered(self, request: Exchange, seen: Seen) -> None:
        if request.action == ACTION:
            event = request.payload
            self._answers[event["eventType"], event["seqNo"]] = unusable(ACTION, seen) or refused(seen, "idTokenInfo")

    def _problems(self) -> Iterator[str]:
        answered = {kind for kind, _ in self._answers}
        yield from (f"{ACTION} {kind}: it was not answered" for kind in ("Started", "Ended") if kind not in answered)
        yield from (f"{ACTION} {kind}: {problem}" for (kind, _), problem in self._answers.items() if problem)
