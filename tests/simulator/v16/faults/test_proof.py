"""Every deliberate defect of a station breaks the rules it is said to break, and without it they are kept."""

from __future__ import annotations

import asyncio

import pytest

from csms_core.pki import Pki
from tests.simulator.v16.faults.proof import Proof, Record, Scene, play
from tests.simulator.v16.faults.table import PROOFS

pytestmark = pytest.mark.asyncio

LONGEST = 20.0  # seconds, of scenes that take milliseconds: a station that hangs is a failure

_right: dict[Scene, Record] = {}  # scenes as the correct station plays them, once each


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof.name)
async def test_a_rule_is_broken_with_the_fault_and_kept_without(proof: Proof, pki: Pki) -> None:
    async with asyncio.timeout(LONGEST):
        if proof.scene not in _right:
            _right[proof.scene] = await play(proof.scene, (), pki)
        broken = await play(proof.scene, (proof.fault,), pki)

    assert proof.judge(_right[proof.scene]), "the correct station breaks the rule"
    assert not proof.judge(broken), "the broken station keeps the rule"
