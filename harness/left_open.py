"""What a case has opened in the system under test and not ended yet: transactions, reservations, charging profiles.

Read off the frames. It is in the ledger of the run from its beginning to its end, so that other cases, other workers
and the next run can see it, whatever happens to this one; ``harness.leftovers`` takes it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.ledger import Entry, Ledger
from harness.sut import ManualSettings, NoOperator, Sut


def can_undo(sut: Sut) -> bool:
    """Whether an operator takes back what stations cannot. A person is not asked to: it would be most of the work."""
    return not isinstance(sut.operator, NoOperator | ManualSettings)


class LeftOpen:
    """What one case has open. Without a ``ledger`` only the case itself knows.

    ``is_met_again``: other cases play the same station, so that what the CSMS remembers of it matters to them. Then
    reservations, charging profiles and connectors out of service count as well; a transaction always does, as a tag is
    everybody's.
    """

    def __init__(self, case: str, ledger: Ledger | None = None, *, is_met_again: bool = False) -> None:
        self._case = case
        self._ledger = ledger
        self._is_met_again = is_met_again
        self._open: dict[tuple[str, str], Entry] = {}

    def __iter__(self) -> Iterator[Entry]:
        """What this case has open, transactions first."""
        yield from sorted(self._open.values(), key=lambda entry: entry.kind != "transaction")

    def adopt(self, entry: Entry) -> None:
        """Deal with something that another case left open as if it were this case's own."""
        self._open[entry.kind, entry.name] = entry

    def who_charges_with(self, tag: str, *, but: object = None) -> Entry | None:
        """An open transaction of this run with a tag, except the transactionId ``but`` of this case; ``None``: none."""
        every = [*self._open.values(), *(self._ledger or ())]
        return next(
            (
                entry
                for entry in every
                if entry.kind == "transaction"
                and entry.facts["idTag"].casefold() == tag.casefold()  # idTags are compared so (S §7.28)
                and not (entry.facts["transactionId"] == but and entry.case == self._case)
            ),
            None,
        )

    # --- what is seen on the wire ------------------------------------------------------------------------------------

    def started(self, station: str, call: Mapping[str, Any], transactionId: int) -> None:
        """A StartTransaction was answered with this transactionId."""
        facts = {"transactionId": transactionId, "idTag": call["idTag"], "connectorId": call["connectorId"]}
        self._add("transaction", station, str(transactionId), facts)
        if "reservationId" in call:
            self._drop("reservation", reservationId=call["reservationId"])

    def stopped(self, transactionId: int) -> None:
        """A StopTransaction was acknowledged."""
        self._drop("transaction", transactionId=transactionId)

    def answered(self, station: str, action: str, call: Any, answer: Mapping[str, Any]) -> None:
        """The station answered a CALL of the CSMS."""
        follow = {
            "CancelReservation": self._reservation_cancelled,
            "ChangeAvailability": self._availability_changed,
            "ClearChargingProfile": self._profiles_cleared,
            "ReserveNow": self._reserved,
            "SetChargingProfile": self._profile_set,
        }.get(action)
        if follow is not None and isinstance(call, dict) and answer.get("status") in ("Accepted", "Scheduled"):
            follow(station, call)

    def _reserved(self, station: str, call: dict[str, Any]) -> None:
        number = call.get("reservationId")
        self._remember("reservation", station, str(number), {"reservationId": number})

    def _reservation_cancelled(self, station: str, call: dict[str, Any]) -> None:
        self._drop("reservation", reservationId=call.get("reservationId"))

    def _availability_changed(self, station: str, call: dict[str, Any]) -> None:
        connector = call.get("connectorId")
        if call.get("type") == "Inoperative":
            self._remember("availability", station, str(connector), {"connectorId": connector})
        else:
            self._drop("availability", **({} if connector == 0 else {"connectorId": connector}))

    def _profile_set(self, station: str, call: dict[str, Any]) -> None:
        profile = call.get("csChargingProfiles")
        # One for a transaction ends with it (S §3.13.1).
        if isinstance(profile, dict) and profile.get("chargingProfilePurpose") != "TxProfile":
            names = ("chargingProfilePurpose", "stackLevel")
            facts = {"id": profile.get("chargingProfileId"), "connectorId": call.get("connectorId")}
            self._remember(
                "profile", station, str(facts["id"]), {**facts, **{name: profile.get(name) for name in names}}
            )

    def _profiles_cleared(self, station: str, call: dict[str, Any]) -> None:
        named = {"id": call["id"]} if "id" in call else call  # an id alone decides (S §5.5)
        self._drop("profile", **named)

    def _remember(self, kind: Any, station: str, number: str, facts: dict[str, Any]) -> None:
        if self._is_met_again:
            self._add(kind, station, number, facts)

    def _add(self, kind: Any, station: str, number: str, facts: dict[str, Any]) -> None:
        entry = Entry(kind, f"{station} {number}", facts=facts, station=station, case=self._case)
        self._open[kind, entry.name] = entry
        if self._ledger is not None:
            self._ledger.add(entry)

    def _drop(self, kind: str, **facts: Any) -> None:
        """Forget those of a kind of which all these facts are true."""
        for key, entry in list(self._open.items()):
            if key[0] == kind and all(entry.facts.get(name) == value for name, value in facts.items()):
                del self._open[key]
                if self._ledger is not None:
                    self._ledger.remove(entry)
