"""What a vendor states before a certification run (PICS), as a form for a laboratory. It is no form of the OCA."""

from reports.v16.pics.layout import lay_out
from reports.v16.pics.model import Case, Form, Person, Question, Section
from reports.v16.pics.writing import write

__all__ = ["Case", "Form", "Person", "Question", "Section", "lay_out", "write"]
