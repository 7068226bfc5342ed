"""Cards that nobody can be asked about (OCPP 1.6 §3.5.4, §9.1.1; rule AUTH-09)."""

from harness.v16.charge_point.vocabulary import Csms, EvDriver, Tags, case, states

_KEY = "AllowOfflineTxForUnknownId"


@case(
    "AUTH-09_1_CS",
    "Offline an unknown card is refused, unless the key allows it",
    profile="rpc",
    ref="OCPP 1.6 §3.5.4, §9.1.1",
    rules={"R1": "Where AllowOfflineTxForUnknownId is false, or not there, an unknown card starts nothing offline."},
)
async def test_unknown_card_is_refused(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    await states.configures(csms, **{_KEY: "false"})
    await states.shown_offline(csms, driver, connector, tags.unknown)
    await csms.receives_no("StartTransaction", rule="R1")


@case(
    "AUTH-09_2_CS",
    "Offline an unknown card is let in where the key says so",
    profile="rpc",
    ref="OCPP 1.6 §3.5.4, §9.1.1",
    needs=["offline-unknown-id"],
    rules={"R1": "Where AllowOfflineTxForUnknownId is true, an unknown card starts a transaction offline."},
)
async def test_unknown_card_is_let_in(csms: Csms, driver: EvDriver, tags: Tags, connector: int) -> None:
    stranger = tags.unknown
    await states.configures(csms, **{_KEY: "true"})
    csms.answers("StartTransaction", idTagInfo={"status": "Accepted"})
    await states.shown_offline(csms, driver, connector, stranger)
    await csms.receives("StartTransaction", rule="R1", connectorId=connector, idTag=stranger)
