"""A CSMS that forgets nothing: each of its memories is one that a real back office has, and none is against OCPP.

A tag that it did not know is Blocked from the second time on; a tag charges once at a time (OCPP 1.6 §7.2); what its
API was asked for and the station took is there until it is ended, and cannot be asked for twice: a reservation of a
connector, a charging profile of one kind, a station out of service, a version of the local list.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from ocppj.frames import CallResult
from ocppj.peers.aio import Peer
from tests.harness.support import scripted_sut
from tests.harness.support.scripted_sut import Payload, ScriptedSut

KNOWN = {"EXPIRED-1": "Expired", "BLOCKED-1": "Blocked"}
FAMILY = "FAMILY-1"
"""The parent of every tag that it accepts."""
CONFLICT = 409


class RememberingCsms(ScriptedSut):
    """``valid`` are the tags it accepts; what it remembers can be looked at after a run."""

    def __init__(self) -> None:
        super().__init__()
        self.valid = {"VALID-1", "VALID-2"}
        self.seen: set[str] = set()
        self.charging: dict[int, str] = {}
        self.reserved: dict[str, set[int]] = defaultdict(set)
        self.profiles: dict[str, dict[int, tuple[Any, ...]]] = defaultdict(dict)
        self.versions: dict[str, int] = defaultdict(int)
        self.out_of_service: dict[str, set[int]] = defaultdict(set)
        self.conflicts: list[tuple[str, str]] = []
        self.most_at_once = 0
        self.on_request = self._takes
        self.answers |= {
            "Authorize": lambda payload: {"idTagInfo": self._about(payload["idTag"])},
            "StopTransaction": self._stop,
            "DiagnosticsStatusNotification": {},
            "FirmwareStatusNotification": {},
        }

    def _about(self, tag: str) -> Payload:
        family = {"parentIdTag": FAMILY} if tag in self.valid else {}
        return {"status": self._status(tag), **family}

    def _status(self, tag: str) -> str:
        if tag in self.valid:
            return "ConcurrentTx" if tag in self.charging.values() else "Accepted"
        first = tag not in self.seen
        self.seen.add(tag)
        return KNOWN.get(tag, "Invalid" if first else "Blocked")

    def _start(self, payload: Payload) -> Payload:
        status, answer = self._status(payload["idTag"]), super()._start(payload)
        if status == "Accepted":
            self.charging[answer["transactionId"]] = payload["idTag"]
            self.most_at_once = max(self.most_at_once, len(self.charging))
        if "reservationId" in payload:
            for numbers in self.reserved.values():
                numbers.discard(payload["reservationId"])
        return {**answer, "idTagInfo": {"status": status}}

    def _stop(self, payload: Payload) -> Payload:
        self.charging.pop(payload["transactionId"], None)
        return {}

    def _takes(self, method: str, target: str) -> None:
        """The API refuses what contradicts what it remembers."""
        self.api_status = 202
        if method != "POST":
            return
        station, action = target.split("/")[4], target.split("/")[6]
        busy = {
            "ReserveNow": bool(self.reserved[station]),
            "RemoteStartTransaction": bool(self.out_of_service[station]),
        }
        if busy.get(action):
            self.api_status = CONFLICT
            self.conflicts.append((station, action))

    async def _ask(self, peer: Peer, action: str, payload: Any) -> None:
        station = next(identity for identity, other in self._peers.items() if other is peer)
        if action == "SetChargingProfile":
            self._check(station, action, _kind(payload) not in self.profiles[station].values())
        if action == "SendLocalList":
            self._check(station, action, payload["listVersion"] > self.versions[station])
        before = len(self.replies)
        await super()._ask(peer, action, payload)
        for name, frame in self.replies[before:]:
            if isinstance(frame, CallResult) and name == action and frame.payload.get("status") == "Accepted":
                self._remember(station, action, payload)

    def _check(self, station: str, action: str, holds: bool) -> None:
        if not holds:
            self.conflicts.append((station, action))

    def _remember(self, station: str, action: str, payload: Payload) -> None:
        if action == "ReserveNow":
            self.reserved[station].add(payload["reservationId"])
        elif action == "CancelReservation":
            self.reserved[station].discard(payload["reservationId"])
        elif action == "ChangeAvailability":
            change = set.add if payload["type"] == "Inoperative" else set.discard
            change(self.out_of_service[station], payload["connectorId"])
        elif action == "SendLocalList":
            self.versions[station] = payload["listVersion"]
        elif action == "SetChargingProfile":
            profile = payload["csChargingProfiles"]
            if profile["chargingProfilePurpose"] != "TxProfile":  # that one ends with its transaction
                self.profiles[station][profile["chargingProfileId"]] = _kind(payload)
        elif action == "ClearChargingProfile":
            for number, kind in list(self.profiles[station].items()):
                if _clears(payload, number, kind):
                    del self.profiles[station][number]

    @property
    def left(self) -> dict[str, Any]:
        """What is open; nothing of it when the cases have taken back what they left."""
        open_ = {"charging": self.charging}
        for name in ("reserved", "profiles", "out_of_service"):
            open_[name] = {station: held for station, held in getattr(self, name).items() if held}
        return {name: held for name, held in open_.items() if held}


def _kind(payload: Payload) -> tuple[Any, ...]:
    profile = payload["csChargingProfiles"]
    return payload["connectorId"], profile["chargingProfilePurpose"], profile["stackLevel"]


def _clears(payload: Payload, number: int, kind: tuple[Any, ...]) -> bool:
    if "id" in payload:
        return bool(payload["id"] == number)
    wanted = (payload.get(name) for name in ("connectorId", "chargingProfilePurpose", "stackLevel"))
    return all(asked in (None, has) for asked, has in zip(wanted, kind, strict=True))


@contextmanager
def remembering_csms() -> Iterator[RememberingCsms]:
    """Run one while the block lasts."""
    with patch.object(scripted_sut, "ScriptedSut", RememberingCsms), scripted_sut.scripted_sut() as csms:
        assert isinstance(csms, RememberingCsms)
        yield csms
