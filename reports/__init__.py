"""Results in, documents out: explanation, JUnit, Markdown summary, tables.

Everything here is a pure function from `results.json` (``schemas/documents/results.schema.json``) to text or plain
data. Nothing reads or writes a file, opens a socket or knows an OCPP session; who wants a file writes what these
functions return.

`reports.html` makes the page of a run, `reports.ci` JUnit, Allure and the summary of a step, `reports.diff` compares
two runs, `reports.v16.abstract` and `reports.v16.pics` make the documents for a laboratory.
"""
