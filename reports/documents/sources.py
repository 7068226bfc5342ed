"""Where each printed value comes from, as one letter."""

from typing import Final, Literal, get_args

Source = Literal["P", "M", "L", "T", "K"]
LETTERS: Final[tuple[str, ...]] = get_args(Source)
CONSTANT: Final[Source] = "K"

MEANINGS: Final[dict[str, str]] = {
    "P": "stated by the vendor (PICS)",
    "M": "measured or decided during the run",
    "L": "laboratory or operator data",
    "T": "the tool",
    "K": "constant text of the layout",
}
