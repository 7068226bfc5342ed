"""Results in, documents out: explanation, JUnit, Markdown summary, tables.

Everything here is a pure function from `results.json` (``schemas/documents/results.schema.json``) to text or plain
data. Nothing reads or writes a file, opens a socket or knows an OCPP session; who wants a file writes what these
functions return.
"""
