"""The tags of a SUT file as idTokens (IdTokenType): the text of the tag, and the type that all of them have."""

from __future__ import annotations

from secrets import token_hex
from typing import Any, Final

from harness.case.tags import CaseTags
from harness.sut import Sut, Tags

IdToken = dict[str, Any]

_UID_OCTETS: Final = {"ISO14443": 7, "ISO15693": 8}
"""Types whose text is the UID of a card in hexadecimal digits, and how many octets one has."""


def id_token(sut: Sut, tag: str) -> IdToken:
    """A tag as it is on the wire."""
    return {"idToken": tag, "type": sut.answer("run.id_token_type")}


class IdTokens:
    """The idTokens of one case. One that the SUT file does not name raises ``Inconclusive`` with its key."""

    def __init__(self, sut: Sut, tags: CaseTags) -> None:
        self._sut = sut
        self._tags = tags

    @property
    def valid(self) -> IdToken:
        """Accepted by the CSMS."""
        return id_token(self._sut, self._tags.valid)

    @property
    def valid_2(self) -> IdToken:
        """Accepted by the CSMS, of the same group."""
        return id_token(self._sut, self._tags.valid_2)

    @property
    def group(self) -> str:
        """The text of the groupIdToken of both; the SUT file names it as their parent."""
        return self._tags.parent

    @property
    def blocked(self) -> IdToken:
        """Known to the CSMS as blocked."""
        return id_token(self._sut, self._tags.blocked)

    @property
    def unknown(self) -> IdToken:
        """Not known to the CSMS; another one each time, with the digits that its type has unless the file fixes it."""
        octets = _UID_OCTETS.get(self._sut.answer("run.id_token_type"))
        if octets is None or self._sut.tags.invalid != Tags().invalid:
            return id_token(self._sut, self._tags.unknown)
        return id_token(self._sut, token_hex(octets).upper())
