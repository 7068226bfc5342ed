"""Which source each value of the model has."""

from typing import Final

from reports.documents.sources import Source

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
    "partial": "M",
    "notices": "M",
    "security_profiles": "P",
    "functionalities.result": "M",
    "outside": "M",
    "mismatches": "M",
    "asked": "M",
    "untested": "M",
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
