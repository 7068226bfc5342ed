"""Documents on paper, such as an abstract or a PICS: one model of what is laid out, and its formats."""

from reports.documents.approval import Party, approval
from reports.documents.document import Block, Cell, Document, Row, cell, facts, table
from reports.documents.writing import BINARY, FORMATS, Tell, plain_json, printed, silent

__all__ = [
    "BINARY",
    "FORMATS",
    "Block",
    "Cell",
    "Document",
    "Party",
    "Row",
    "Tell",
    "approval",
    "cell",
    "facts",
    "plain_json",
    "printed",
    "silent",
    "table",
]
