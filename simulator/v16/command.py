"""What OCPP 1.6 brings to `plugproof station`: a session that is charged once, and what may be said of the make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ocppj.session.session import Exchange, Seen
from ocppj.v16 import PROTOCOL
from simulator.station import session
from simulator.station.session import refused, unusable
from simulator.v16.station import Station

_OF_A_SESSION = ("StartTransaction", "StopTransaction")


def boot_mistakes(identity: Mapping[str, str]) -> Iterator[str]:
    """Why a CSMS will not take these members of BootNotification: what the schema does not."""
    whole = {"chargePointVendor": "plugproof", "chargePointModel": "Simulator", **identity}
    for violation in PROTOCOL.schemas.diagnose("BootNotification", "call", whole):
        yield violation.message


class Session(session.Session[Station]):
    """Plug in, start, stop, unplug."""

    def __init__(self, station: Station) -> None:
        self._answers: dict[str, str | None] = dict.fromkeys(_OF_A_SESSION, "it was not answered")
        super().__init__(station)

    async def _steps(self, tag: str, seconds: float, patience: float) -> None:
        station = self._station
        connector = station.connector(1)
        await station.plug_in(1)
        await station.present(tag, 1)
        await station.until(lambda _: connector.transaction is not None, within=0)
        await station.clock.sleep(seconds)
        if connector.transaction is not None:  # the CSMS may have ended it
            await station.present(tag, 1)
        await station.until(lambda s: not s.queued, within=patience)
        await station.unplug(1)
        await station.delivered()

    def _answered(self, request: Exchange, seen: Seen) -> None:
        if (action := request.action) in self._answers:
            is_start = action == "StartTransaction"
            self._answers[action] = unusable(action, seen) or (refused(seen, "idTagInfo") if is_start else None)

    def _problems(self) -> Iterator[str]:
        yield from (f"{action}: {problem}" for action, problem in self._answers.items() if problem is not None)
