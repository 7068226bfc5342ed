"""What Authorize tells of the tags of a SUT file, beside what the file says of them."""

from collections.abc import Iterator, Mapping
from typing import Final

from harness.adapters.provisioning.scopes import makes_tag
from harness.case.tags import CHARGES
from harness.peers.look import Doubts, Look
from harness.sut import Sut, key_of
from harness.sut.tables.values import DEFAULT_TAG

_NOT_KNOWN: Final = frozenset({"Invalid", "Unknown"})
_USELESS: Final = _NOT_KNOWN | {"Blocked", "Expired"}
"""What Authorize tells of a tag with which none can."""


def doubts(sut: Sut, seen: Look) -> Doubts:
    """The tags that a look was told other things of than the file says."""
    unknown = dict(unknown_tags(sut, seen))
    return Doubts(unknown, tuple(_doubtful(sut, seen, unknown)))


def unknown_tags(sut: Sut, seen: Look) -> Iterator[tuple[str, str]]:
    """The tags that are not at the CSMS what the file says, by their key, with the sentence.

    What plugproof has made itself is there, so what the CSMS tells of it is for the cases to judge. A CSMS that knows
    the valid tag and calls the expired one Invalid is judged as well: the file says that it knows both.
    """
    accepted = any(status == "Accepted" for name, status in seen.tags.items() if _charges(name))
    for name, status in seen.tags.items():
        unwanted = status in _USELESS if _charges(name) else status in _NOT_KNOWN and not accepted
        if unwanted and not makes_tag(sut, key_of(name)):
            is_what = f"not known to this CSMS (Authorize was answered {status})"
            if status not in _NOT_KNOWN:
                is_what = f"{status} at this CSMS"
            yield name, f"{_named(sut, name)} is {is_what}; {_fix(sut, name)}"


def _doubtful(sut: Sut, seen: Look, unknown: Mapping[str, str]) -> Iterator[str]:
    for name, status in seen.tags.items():
        if not _charges(name) and status in _NOT_KNOWN and name not in unknown and not makes_tag(sut, key_of(name)):
            wanted = key_of(name).capitalize()
            yield f"{_named(sut, name)} was answered {status}, not {wanted}; is it registered as such at this CSMS?"


def _charges(name: str) -> bool:
    return key_of(name) in CHARGES


def _named(sut: Sut, name: str) -> str:
    tag = sut.named_tags()[name]
    if sut.digest is None:
        return f"{tag} (no --tag was given)" if tag == DEFAULT_TAG else f"{tag} of --tag"
    return f"{sut.scrub(tag)} of [tags]"


def _fix(sut: Sut, name: str) -> str:
    if sut.digest is None:
        return "register it, or give --tag one that the CSMS accepts"
    return f"register it, or name another one in tags.{name} of {sut.source}"
