"""The text of a payload: printable ASCII, and every member once (OCPP 1.6 §2.2, chapter 6; RFC 8259 §4)."""

from typing import Final

from ocppj.frames import CallResult
from ocppj.matchers import path_text
from ocppj.rules import signs
from ocppj.rules.chapter import Chapter
from ocppj.rules.model import Remark
from ocppj.rules.seen import Seen, View
from ocppj.rules.writing import texts

CHAPTER: Final = Chapter()

CHAPTER.rule("VAL-06", "MUST", "S §2.2", "A CiString or String consists of printable ASCII characters.")
# Our own: JSON leaves open which of the two a receiver takes, and the standard knows each field once at most.
CHAPTER.rule("VAL-14a", "SHOULD", "S ch. 6, RFC 8259 §4", "A member stands once in its object.")

_OTHER_TYPES: Final = frozenset({"data", "location"})
"""Members of 1.6 that are of the types Text and anyURI; no other message has members of these names."""


@CHAPTER.judges("VAL-06", "call", "result", sign=signs.ODD_TEXT)
def printable(seen: Seen, view: View) -> Remark | None:
    if not seen.valid or seen.request is None:
        return None
    info = view.schemas.actions.get(seen.request.action)
    if info is None or info.profile == "Security":
        return None  # the types of the security whitepaper are its own: certificates are texts of several lines
    for path, text in texts(seen.frame.payload):  # type: ignore[union-attr]
        odd = next((letter for letter in text if not " " <= letter <= "~"), None)
        if odd is not None and path[-1] not in _OTHER_TYPES and not _is_echoed(seen, text):
            # The value of a key may be a password.
            letter = "a character" if path[-1] == "value" else f"U+{ord(odd):04X}"
            return Remark(f"{path_text(path)} has {letter} that is not printable ASCII", path=path)
    return None


def _is_echoed(seen: Seen, text: str) -> bool:
    """Whether an answer only repeats what its CALL had, as GetConfiguration does with a key that is not known."""
    return type(seen.frame) is CallResult and any(text == asked for _, asked in texts(seen.request.payload))  # type: ignore[union-attr]
