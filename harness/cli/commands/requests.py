"""`plugproof check FILE --show-requests`: what the operator and the fixtures would do, without doing it.

One request of every kind that cases ask for (`harness.edition.Reach`), filled in with the values of the file;
secrets are masked, and values that only an answer brings stand as their placeholders.
"""

from __future__ import annotations

from collections.abc import Iterator

from harness.adapters import operators, provisioning
from harness.adapters.operators import NotOffered, OperatorError
from harness.adapters.operators.rest import RestOperator
from harness.adapters.provisioning import tag_records
from harness.adapters.provisioning.rest import RestProvisioner
from harness.edition import Reach
from harness.sut import NoOperator, Sut
from harness.sut.tables.link import RUN_LENGTH
from ocppj.evidence.masking import mask
from ocppj.matchers import shown

_INDENT = "    "


class Requests:
    """Lines to print, and on the way `problems`: what cannot be filled in, each sentence once."""

    def __init__(self, sut: Sut, reach: Reach) -> None:
        self._sut = sut
        self._reach = reach
        self._lane = sut.lane(0, "*" * RUN_LENGTH, "TC_001")
        self.problems: dict[str, None] = {}

    def lines(self) -> Iterator[str]:
        """Everything, operator first. Raises OperatorError when a class of the user's cannot be made."""
        if not isinstance(self._sut.operator, NoOperator):
            yield from self._of_the_operator()
        provisioner = provisioning.make(self._sut)
        if isinstance(provisioner, RestProvisioner):
            yield from self._of_the_fixtures(provisioner)

    def _of_the_operator(self) -> Iterator[str]:
        operator = operators.make(self._sut)
        without: dict[str, None] = {}
        yield "what the operator does for what cases ask (nothing is sent now)"
        login = operator.shows_login() if isinstance(operator, RestOperator) else None
        if login is not None:
            yield from _block("login", [login])
        for action, payload in self._reach.samples(self._sut, self._lane.connectors):
            asked = " ".join((action, *(f"{name}={shown(value)}" for name, value in payload.items())))
            keys = tuple(self._reach.keys_in(action, payload))
            try:
                texts = [asked, *operator.shows(action, self._lane.identity, payload)]
                asked, *texts = (mask(self._sut.scrub(text), keys) for text in texts)
                yield from _block(asked, texts)
            except NotOffered:
                without[action] = None
            except OperatorError as error:
                self.problems[str(error)] = None
        if without:
            yield from ("", f"not offered: {', '.join(without)}; a case that needs one fails where it is claimed")

    def _of_the_fixtures(self, provisioner: RestProvisioner) -> Iterator[str]:
        yield from ("", "what the fixtures do (nothing is sent now)")
        try:
            for name, texts in provisioner.shows(self._lane, tag_records([self._sut.tags, *self._sut.more_tags])):
                yield from _block(name, texts) if texts else ()
        except OperatorError as error:
            self.problems[str(error)] = None


def _block(title: str, texts: list[str]) -> Iterator[str]:
    yield from ("", title)
    for number, text in enumerate(texts):
        yield from ("",) if number else ()
        yield from (f"{_INDENT}{line}".rstrip() for line in text.split("\n"))
