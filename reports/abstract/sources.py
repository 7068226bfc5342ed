"""Where each printed value comes from, as one letter."""

from typing import Final, Literal, get_args

Source = Literal["P", "M", "L", "T", "K"]
LETTERS: Final[tuple[str, ...]] = get_args(Source)
CONSTANT: Final[Source] = "K"

MEANINGS: Final[dict[Source, str]] = {
    "P": "stated by the vendor (PICS)",
    "M": "measured or decided during the run",
    "L": "laboratory or operator data",
    "T": "the tool",
    "K": "constant text of the layout",
}

SOURCES: Final[dict[str, Source]] = {
    "disclaimer": "K",
    "id": "T",
    "generated_at": "T",
    "harness": "T",
    "spec": "T",
    "pics_digest": "T",
    "results_digest": "T",
    "kind": "P",
    "lab.name": "L",
    "lab.location": "L",
    "lab.reference": "L",
    "product.sut": "P",
    "product.holder": "P",
    "product.vendor": "P",
    "product.designation": "P",
    "product.software_version": "P",
    "product.communication": "P",
    "functionalities.result": "M",
    "outside": "M",
    "questions.id": "P",
    "questions.text": "K",
    "questions.answer": "P",
    "questions.observed": "M",
    "performance.declared": "P",
    "performance.measured": "M",
    "performance.link.technology": "P",
    "performance.link.rtt_ms": "M",
    "configuration.tool": "T",
    "configuration.limits": "P",
    "approval.vendor": "L",
    "approval.laboratory": "L",
}
"""Place in the model -> letter. A layout takes the letter of a value from the model and never from here."""
