"""What cases of OCPP 2.0.1 leave open in a CSMS, and the CALLs that end it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from harness.adapters.provisioning.ledger import Entry
from harness.peers.leftovers import Leftovers, Undo
from harness.v201.csms.operator import Operator
from harness.v201.csms.station import Station, Transaction


def _takes_over(station: Station, transactions: Iterable[Entry]) -> None:
    station.left += [Transaction(entry.facts["transactionId"], entry.facts["seqNo"] + 1) for entry in transactions]


def _operative(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Of an EVSE; 0 stands for the station as a whole."""
    evse = {"evse": {"id": facts["evseId"]}} if facts["evseId"] else {}
    return {"operationalStatus": "Operative", **evse}


LEFTOVERS: Final = Leftovers(
    station=Station,
    takes_over=_takes_over,
    operator=Operator,
    undo={"availability": Undo("ChangeAvailability", _operative)},
)
