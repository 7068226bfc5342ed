"""Cards, cache and local list, and what breaks their rules."""

from __future__ import annotations

from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import (
    Open,
    Proof,
    answers,
    both,
    never,
    prove,
    reports,
    sends,
)

_PRE = {"AuthorizationCacheEnabled": "true", "LocalPreAuthorize": "true"}


async def _cached(open: Open) -> Bench:
    """TAG-1 is in the cache, and nobody waits for a cable."""
    bench = await open(configuration=_PRE)
    await bench.do("present", "TAG-1", 1)
    await bench.do("present", "TAG-1", 1)
    bench.mark()
    return bench


async def cached_card(open: Open) -> Bench:
    bench = await _cached(open)
    await bench.do("present", "TAG-1", 1)
    await bench.do("plug_in", 1)
    return bench


async def cached_card_from_afar(open: Open) -> Bench:
    bench = await _cached(open)
    await bench.ask("RemoteStartTransaction", connectorId=1, idTag="TAG-1")
    await bench.do("plug_in", 1)
    return bench


async def _listed(open: Open) -> Bench:
    bench = await open(configuration={"LocalPreAuthorize": "true"})
    bench.mark()
    await bench.ask("GetLocalListVersion")
    entries = [{"idTag": "TAG-1", "idTagInfo": {"status": "Accepted"}}]
    await bench.ask("SendLocalList", listVersion=1, updateType="Full", localAuthorizationList=entries)
    return bench


async def listed_card(open: Open) -> Bench:
    bench = await _listed(open)
    await bench.do("present", "TAG-1", 1)
    await bench.do("plug_in", 1)
    return bench


async def listed_card_from_afar(open: Open) -> Bench:
    bench = await _listed(open)
    await bench.ask("RemoteStartTransaction", connectorId=1, idTag="TAG-1")
    await bench.do("plug_in", 1)
    return bench


_INVALID = {"idTagInfo": {"status": "Invalid"}}


async def invalid_card(open: Open) -> Bench:
    bench = await open(answers={"Authorize": _INVALID}, configuration={"MinimumStatusDuration": "10"})
    bench.mark()
    await bench.do("present", "TAG-0", 1)
    await bench.do("plug_in", 1)
    await bench.wait(60)
    return bench


async def invalid_card_from_afar(open: Open) -> Bench:
    bench = await open(answers={"Authorize": _INVALID}, configuration={"MinimumStatusDuration": "10"})
    bench.mark()
    await bench.ask("RemoteStartTransaction", connectorId=1, idTag="TAG-0")
    await bench.do("plug_in", 1)
    await bench.wait(60)
    return bench


async def cache_cleared(open: Open) -> Bench:
    bench = await open(configuration=_PRE)
    bench.mark()
    await bench.do("present", "TAG-1", 1)
    await bench.do("present", "TAG-1", 1)
    await bench.ask("ClearCache")
    await bench.do("present", "TAG-1", 1)
    return bench


async def cache_cleared_from_afar(open: Open) -> Bench:
    bench = await _cached(open)
    await bench.ask("ClearCache")
    await bench.ask("RemoteStartTransaction", connectorId=1, idTag="TAG-1")
    return bench


def cards() -> list[Proof]:
    remote = answers("RemoteStartTransaction", status="Accepted")
    unasked = both(never("Authorize"), sends("StartTransaction"))
    return [
        *prove(
            cached_card,
            ("preparing-as-available", reports("Preparing"), "007_1.R1"),
            ("cache-ignored start-missing", unasked, "007_1.R2"),
            ("charging-as-preparing", reports("Charging"), "007_1.R4"),
        ),
        *prove(
            cached_card_from_afar,
            ("remote-start-rejected", remote, "007_2.R3"),
            ("preparing-as-available", reports("Preparing"), "007_2.R4"),
            ("cache-ignored remote-start-undone", unasked, "007_2.R5"),
            ("charging-as-preparing", reports("Charging"), "007_2.R7"),
        ),
        *prove(
            listed_card,
            ("send-list-fails", answers("SendLocalList", status="Accepted"), "008_1.R4"),
            ("preparing-as-available", reports("Preparing"), "008_1.R5"),
            ("list-ignored send-list-undone", unasked, "008_1.R6"),
            ("charging-as-preparing", reports("Charging"), "008_1.R8"),
        ),
        *prove(
            listed_card_from_afar,
            ("send-list-fails", answers("SendLocalList", status="Accepted"), "008_2.R4"),
            ("remote-start-rejected", remote, "008_2.R7"),
            ("preparing-as-available", reports("Preparing"), "008_2.R8"),
            ("list-ignored", unasked, "008_2.R9"),
            ("charging-as-preparing", reports("Charging"), "008_2.R11"),
        ),
        *prove(
            invalid_card,
            ("preparing-as-available", reports("Preparing"), "023_4.R2"),
            ("authorize-refusal-ignored authorize-missing", never("StartTransaction"), "023_4.R3"),
        ),
        *prove(
            invalid_card_from_afar,
            ("remote-start-rejected", remote, "023_5.R3"),
            ("authorize-wrong-tag authorize-missing", sends("Authorize", idTag="TAG-0"), "023_5.R4"),
            ("preparing-as-available", reports("Preparing"), "023_5.R6"),
            ("authorize-refusal-ignored", never("StartTransaction"), "023_5.R7"),
        ),
        *prove(
            cache_cleared,
            ("preparing-as-available", reports("Preparing"), "061_1.R1"),
            ("available-as-unavailable", reports("Available"), "061_1.R2"),
            ("clear-cache-rejected", answers("ClearCache", status="Accepted"), "061_1.R3"),
        ),
        *prove(
            cache_cleared_from_afar,
            ("clear-cache-rejected", answers("ClearCache", status="Accepted"), "061_2.R1"),
            ("remote-start-rejected", remote, "061_2.R4"),
            ("authorize-wrong-tag", sends("Authorize", idTag="TAG-1"), "061_2.R5"),
            ("clear-cache-undone", sends("Authorize"), "061_2.R6"),
        ),
    ]


PROOFS = cards()
