"""What cases of OCPP 1.6 leave open in a CSMS, and the CALLs that end it."""

from collections.abc import Iterable
from typing import Final

from harness.adapters.provisioning.ledger import Entry
from harness.peers.leftovers import Leftovers, Undo
from harness.v16.csms.operator import Operator
from harness.v16.csms.station import Station


def _takes_over(station: Station, transactions: Iterable[Entry]) -> None:
    station.transactions |= {entry.facts["transactionId"] for entry in transactions}


LEFTOVERS: Final = Leftovers(
    station=Station,
    takes_over=_takes_over,
    operator=Operator,
    undo={
        "reservation": Undo("CancelReservation", lambda facts: {"reservationId": facts["reservationId"]}),
        "profile": Undo("ClearChargingProfile", lambda facts: {"id": facts["id"]}),
        "availability": Undo(
            "ChangeAvailability", lambda facts: {"connectorId": facts["connectorId"], "type": "Operative"}
        ),
    },
)
