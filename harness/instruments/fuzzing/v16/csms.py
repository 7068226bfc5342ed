"""What a CSMS of OCPP 1.6 is sent: all that a station may say, over sessions that charge."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from hypothesis import strategies as st

from harness.instruments.fuzzing.dialect import Check, Dialect, Message, Payload
from harness.instruments.fuzzing.steps import NEWEST, TAG
from harness.instruments.fuzzing.table import CodeTable
from harness.instruments.fuzzing.v16.table import FOR_KIND, SAME, UNSUPPORTED
from harness.instruments.fuzzing.values import Overrides
from harness.sut import Lane, Sut
from harness.v16.csms.responder import Responder
from ocppj.times import timestamp
from ocppj.v16 import PROTOCOL
from ocppj.v16.rules.values.connectors import LOWEST

_BOOT: Final[Message] = ("BootNotification", {"chargePointVendor": "plugproof", "chargePointModel": "fuzz"})
_CORE: Final = frozenset(name for name, info in PROTOCOL.actions.items() if info.profile == "Core")
_NOBODY: Final = "PLUGPROOF-NOBODY"
_CSR: Final = "plugproof: no certificate signing request"


def _nothing_to_undo(action: str, payload: Payload) -> Message | None:
    return None


def _health() -> Sequence[Check]:
    """A driver comes, charges and leaves. One that the session left charging may be charging still."""
    now, elsewhere = timestamp(datetime.now(UTC)), frozenset({"ConcurrentTx"})
    start = {"connectorId": 1, "idTag": TAG, "meterStart": 0, "timestamp": now}
    stop = {"transactionId": NEWEST, "idTag": TAG, "meterStop": 0, "timestamp": now, "reason": "Local"}
    return (
        Check(*_BOOT),
        Check("Heartbeat", {}),
        Check("Authorize", {"idTag": TAG}, also=elsewhere),
        Check("StartTransaction", start, also=elsewhere),
        Check("StopTransaction", stop, also=elsewhere),
    )


def dialect(sut: Sut, lane: Lane) -> Dialect:
    """For this CSMS, as this station."""
    said = [name for name, info in PROTOCOL.actions.items() if info.sender in ("station", "both")]

    def overrides(action: str) -> Overrides:
        connectors = list(range(LOWEST.get(action, 0), lane.connectors + 1))
        # A CSMS keeps a row for each connector: a few are enough to see that it takes one it has not heard of.
        return {
            "connectorId": st.sampled_from([*connectors, 2**31 - 1]),
            "idTag": st.sampled_from([TAG, _NOBODY, "", "X", "X" * 20, "x1 ~!" * 4]),
            "csr": st.just(_CSR),
            "transactionId": st.sampled_from([0, -1, 2**31 - 1]),
        }

    responder = Responder(lane.connectors, sut.keys)

    def answer(action: str, payload: Payload) -> Payload | None:
        return responder.answer(action, payload)

    return Dialect(
        protocol=PROTOCOL,
        table=CodeTable(
            for_kind=FOR_KIND,
            for_action={},
            optional=frozenset(said) - _CORE,
            unsupported=UNSUPPORTED,
            same=SAME,
        ),
        right=said,
        broken=(),
        foreign=[name for name in PROTOCOL.actions if name not in said],
        overrides=overrides,
        opening=(_BOOT,),
        barrier=("Heartbeat", {}),
        health=_health,
        tag=sut.tags.valid or "PLUGPROOF",
        answers=answer,
        gives={"StartTransaction": "transactionId"},
        chosen={},
        takes={"StopTransaction": "transactionId", "MeterValues": "transactionId"},
        undo=_nothing_to_undo,
    )
