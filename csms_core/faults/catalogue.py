"""All faults by name: those of any version, and those of each version, which act on connections of this one alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from csms_core.faults import arriving, handshake, rpc, sockets, tls
from csms_core.faults.model import Fault, Hook, Incoming, Instead, Outgoing, Reaction, Reflex


def catalogue(of_versions: Mapping[str, Iterable[Fault]]) -> Mapping[str, Fault]:
    """The faults of a CSMS that speaks these subprotocols, each with the faults of its version.

    Two versions may have a fault of the same name: it is one fault then, with the sentence of the first, which does in
    each version what that version says. Raises ValueError when one version has two of one name, or one of a name that
    belongs to no version.
    """
    found: dict[str, Fault] = {}
    for fault in (
        *handshake.faults(tuple(of_versions)),
        *tls.faults(),
        *rpc.faults(),
        *arriving.faults(),
        *sockets.faults(),
    ):
        _add(found, fault)
    shared = frozenset(found)
    for subprotocol, faults in of_versions.items():
        own: dict[str, Fault] = {}
        for fault in faults:
            if fault.name in shared:
                raise ValueError(f"There are two faults named {fault.name}.")
            _add(own, fault)
        for fault in _only(subprotocol, own.values()):
            found[fault.name] = _either(found[fault.name], fault) if fault.name in found else fault
    return found


def _add(found: dict[str, Fault], fault: Fault) -> None:
    if fault.name in found:
        raise ValueError(f"There are two faults named {fault.name}.")
    found[fault.name] = fault


def _only(subprotocol: str, faults: Iterable[Fault]) -> Iterator[Fault]:
    for fault in faults:
        if fault.message is not None:
            yield replace(fault, message=_hook(subprotocol, fault.message))
        elif fault.arrival is not None:
            yield replace(fault, arrival=_reflex(subprotocol, fault.arrival))
        else:
            yield fault


def _hook(subprotocol: str, hook: Hook) -> Hook:
    def on_its_connections(message: Outgoing) -> Instead | None:
        return hook(message) if message.subprotocol == subprotocol else None

    return on_its_connections


def _reflex(subprotocol: str, reflex: Reflex) -> Reflex:
    def on_its_connections(incoming: Incoming) -> Reaction | None:
        return reflex(incoming) if incoming.subprotocol == subprotocol else None

    return on_its_connections


def _either(one: Fault, other: Fault) -> Fault:
    first, second = one.message, other.message
    if first is None or second is None:
        raise ValueError(f"There are two faults named {one.name}, and not both are about messages.")
    return Fault(one.name, one.sentence, message=lambda message: first(message) or second(message))
