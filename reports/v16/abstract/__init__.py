"""The abstract of a test report, in the layouts of 2023 and 2024, as a laboratory would print it. It is no certificate.

`from_results` makes the neutral model of a run, `lay_out` puts it into a layout, `write` into a file's content.
"""

from reports.v16.abstract.building import approval_of, from_results, lab_of
from reports.v16.abstract.invariants import AbstractError
from reports.v16.abstract.layouts import kind, lay_out
from reports.v16.abstract.model import Report
from reports.v16.abstract.writing import write

__all__ = [
    "AbstractError",
    "Report",
    "approval_of",
    "from_results",
    "kind",
    "lab_of",
    "lay_out",
    "write",
]
