"""CALLs that wait for their answer, in both directions (OCPP-J 1.6 §4.1.1; errata 3.83)."""

from harness.v16.charge_point.vocabulary import Csms, case, frames, pauses


@case(
    "RPC-15_CS",
    "One CALL is open at a time",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    needs=["profiles.remote_trigger"],
    rules={
        "R1": "While a CALL of the station is not answered, it sends no other.",
        "R2": "Once it is answered, what had to wait is sent.",
    },
)
async def test_one_open_call(csms: Csms) -> None:
    held = await pauses.left_open(csms)
    (await csms.sends("TriggerMessage", requestedMessage="StatusNotification", connectorId=1)).shows(status="Accepted")
    early = await csms.may_receive("StatusNotification")
    csms.wire.advises(
        "R1",
        early is None,
        expected="no CALL before the one that is open is answered",
        actual="StatusNotification came",
        seen=None if early is None else early.seen,
    )

    await held.answered(**pauses.heartbeat())
    if early is not None:
        csms.leaves_out("R2", "nothing had waited")
        return
    await csms.receives("StatusNotification", rule="R2", connectorId=1)


@case(
    "RPC-16_1_CS",
    "A CALL is answered while another one is open the other way",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    needs=["profiles.remote_trigger"],
    rules={"R1": "While a CALL of its own is open, the station answers those of the CSMS."},
)
async def test_answers_while_it_waits(csms: Csms) -> None:
    held = await pauses.left_open(csms)
    answer = await frames.may_answer(csms)
    csms.wire.advises("R1", answer is not None, expected="an answer to GetConfiguration", actual="none came in time")

    await held.answered(**pauses.heartbeat())


@case(
    "RPC-16_2_CS",
    "Two CALLs that cross may have the same id",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1, §4.1.4",
    needs=["profiles.remote_trigger"],
    rules={
        "R1": "A CALL with the id of an open CALL of the station is answered as any other.",
        "R2": "The answer to the station's own CALL is still taken for what it is.",
    },
)
async def test_crossing_calls(csms: Csms) -> None:
    held = await pauses.left_open(csms)
    answer = await csms.wire.asks("GetConfiguration", {"key": [frames.KEY]}, id=held.id, rule="R1")
    frames.is_result(csms, answer, rule="R1")

    await held.answered(**pauses.heartbeat())
    await pauses.goes_on(csms, rule="R2")


@case(
    "RPC-17_CS",
    "An answer that comes too late",
    profile="rpc",
    ref="OCPP-J 1.6 §4.1.1",
    needs=["profiles.remote_trigger"],
    rules={
        "R1": "An answer that the station no longer waits for gets no answer.",
        "R2": "After it the station goes on as before.",
    },
)
async def test_late_answer(csms: Csms) -> None:
    held = await pauses.left_open(csms, gives_up=True)
    await pauses.gives_up(csms, held)

    asked = await csms.wire.answers(held, pauses.late_answer(held))
    await csms.wire.hears_nothing(since=asked, rule="R1")
    await pauses.goes_on(csms, rule="R2")


@case(
    "RPC-18_CS",
    "A CALL is given up after MessageTimeout",
    profile="rpc",
    ref="OCPP 1.6 errata 3.83",
    needs=["profiles.remote_trigger"],
    rules={
        "R1": "What waits behind a CALL that is not answered is not sent before MessageTimeout has passed.",
        "R2": "When MessageTimeout has passed, the CALL is given up, and what waits behind it is sent.",
    },
)
async def test_message_timeout(csms: Csms) -> None:
    held = await pauses.left_open(csms, gives_up=True)
    await pauses.gives_up(csms, held, early="R1", late="R2")
