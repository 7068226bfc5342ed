"""The sentences of an analysis, which a page, a terminal and JUnit have in common."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from reports.text.table import Table

Document = Mapping[str, Any]
"""As of ``schemas/documents/analysis.schema.json``."""

LEVELS: Final = ("MUST", "SHOULD", "INFO")
NOTHING: Final = "–"
MOST_ROWS: Final = 50
"""Stations and transactions of a table on a terminal; all are in analysis.json."""


def count(number: int, noun: str) -> str:
    """A number with its noun: `1 station`, `2 stations`."""
    return f"{thousands(number)} {noun}{'s' * (number != 1)}"


def thousands(number: int) -> str:
    """A number with narrow blanks between its thousands."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def headline(document: Document) -> str:
    """What came out, in one sentence."""
    found, totals = document["totals"]["findings"], document["totals"]
    where = f"in {count(totals['frames'], 'frame')} of {count(totals['stations'], 'station')}"
    if not totals["frames"]:
        return "No frame was judged"
    if not any(found.values()):
        return f"No rule is broken {where}"
    parts = [f"{thousands(found[level])} {level}" for level in LEVELS if found[level]]
    return f"{', '.join(parts)} finding{'s' * (sum(found.values()) != 1)} {where}"


def state(document: Document) -> str:
    """What the headline is coloured by: good, odd or bad."""
    found = document["totals"]["findings"]
    if found["MUST"]:
        return "bad"
    return "odd" if found["SHOULD"] or not document["totals"]["frames"] else "good"


def notes(document: Document) -> Iterator[str]:
    """What a reader has to know before he believes the figures."""
    if document["interrupted"]:
        yield "The analysis was interrupted: this is what was read until then."
    for log in document["logs"]:
        if log["trouble"]:
            yield f"{log['log']}: {log['trouble']}; it is judged as far as it goes."
        missed = _missed(log)
        if missed:
            yield (
                f"{log['log']}: {count(missed, 'line')} that may hold a frame could not be read; a CALL or an answer "
                "that seems to be missing may stand there."
            )
    totals = document["totals"]
    for why, number in totals["not_judged"].items():
        yield f"Not judged: {thousands(number)} {why}."
    if totals["senders_guessed"]:
        yield f"The sender of {count(totals['senders_guessed'], 'frame')} was guessed from actions and ids."
    if document["zone"] is not None:
        whence = "as told" if document["zone_told"] else "by what the CSMS told of the time"
        yield f"Times of the log without a zone are taken for UTC{document['zone']}, {whence}."


def period(document: Document) -> str:
    """From when to when the logs go."""
    if document["from"] is None:
        return "The logs have no times"
    return f"{document['from']} to {document['to']}"


def logs_table(document: Document) -> Table:
    """What each log was taken for, and what of it was read."""
    rows = []
    for log in document["logs"]:
        numbers = (str(log["frames"]), str(_missed(log)), str(log["passed_over"]["count"]))
        rows.append((log["log"], f"{log['title']} ({log['format']})", _how(log), *numbers))
    return Table("Logs", ("Log", "Read as", "Recognised by", "Frames", "Not read", "Other lines"), tuple(rows))


def unread_table(document: Document) -> Table:
    """What could not be read, with the first lines of each kind."""
    rows = [
        (log["log"], why, str(lines["count"]), f"{first['line']}: {first['text']}")
        for log in document["logs"]
        for why, lines in _kinds(log)
        for first in lines["first"]
    ]
    return Table("Lines that gave nothing, the first of each kind", ("Log", "Why", "Lines", "Line"), tuple(rows))


def log_lines(log: Mapping[str, Any], *, others: bool) -> list[str]:
    """The same of one log, line by line; ``others``: also of lines that have nothing to do with OCPP."""
    passed = log["passed_over"]["count"]
    told = [
        f"{log['log']}: {log['title']} ({log['format']}), {_how(log)}; {count(log['frames'], 'frame')}, "
        f"{count(_missed(log), 'line')} not read, {count(passed, 'other line')}"
    ]
    for why, lines in _kinds(log):
        if others or lines is not log["passed_over"]:
            told.append(f"  {count(lines['count'], 'line')}: {why}")
            told += [f"    {first['line']}: {first['text']}" for first in lines["first"]]
    return told


def _missed(log: Mapping[str, Any]) -> int:
    """Lines that may hold a frame and could not be read."""
    return sum(one["count"] for one in log["unread"])


def _how(log: Mapping[str, Any]) -> str:
    return "as told" if log["sure"] is None else f"by {log['sure']:.0%} of its first lines with frames"


def _kinds(log: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """The kinds of lines that gave nothing, with why."""
    kinds = [(one["why"], one) for one in log["unread"]]
    return [*kinds, ("nothing of OCPP", log["passed_over"])] if log["passed_over"]["count"] else kinds


def broken(rule: Mapping[str, Any]) -> str:
    """A rule that was broken: how often, by whom, and what it says."""
    parties = " and ".join(rule["parties"])
    where = f"{count(rule['count'], 'time')} by the {parties}, at {count(rule['stations'], 'station')}"
    return f"{rule['rule']} {rule['level']} {where}: {rule['sentence']} ({rule['source']})"


def examples(rule: Mapping[str, Any]) -> list[str]:
    """The first and the worst example of a rule, a line each; one line where they are the same."""
    first, worst = (
        f"{name} {one['where']}{'' if one['time'] is None else ' ' + one['time']} {one['station']}: {one['message']}"
        for name, one in (("first", rule["first"]), ("worst", rule["worst"]))
    )
    return [first] if rule["first"] == rule["worst"] else [first, worst]


def stations_table(document: Document) -> Table:
    """The stations with the most findings first."""
    rows = []
    for one in document["stations"][:MOST_ROWS]:
        answers = one["answers"]["csms"]
        rows.append(
            (
                one["station"],
                one["version"],
                str(one["connections"]),
                str(one["frames"]["station"] + one["frames"]["csms"]),
                *(str(one["findings"][level]) for level in LEVELS),
                str(one["transactions"]),
                NOTHING if answers is None else f"{answers['mean']:.0f}",
                NOTHING if answers is None else f"{answers['max']:.0f}",
            )
        )
    left = len(document["stations"]) - len(rows)
    title = "Stations" if not left else f"Stations: the first {len(rows)}, {left} more are in analysis.json"
    headers = ("Station", "OCPP", "Connections", "Frames", *LEVELS, "Transactions", "CSMS ms", "Max ms")
    return Table(title, headers, tuple(rows))


def times_table(document: Document) -> Table:
    """How long answers took, by the action of the CALL and who sent it."""
    rows = []
    for one in document["actions"]:
        times = one["milliseconds"]
        shares = [NOTHING] * 4 if times is None else [f"{times[name]:.1f}" for name in ("p50", "p95", "p99", "max")]
        numbers = (str(one[name]) for name in ("sent", "answered", "errors", "unanswered"))
        rows.append((one["action"], one["sender"], *numbers, *shares))
    headers = ("Action", "Sent by", "Sent", "Answered", "Errors", "Unanswered", "p50 ms", "p95 ms", "p99 ms", "Max ms")
    return Table("Response times", headers, tuple(rows))


def transactions_sentence(document: Document) -> str:
    """The figures of the transactions."""
    book = document["transactions"]
    if not book["count"]:
        return "No transaction is told of."
    remarked = f"{book['with_remarks']} with remarks" if book["with_remarks"] else "none with a remark"
    still = f", {book['open_at_the_end']} open at the end" if book["open_at_the_end"] else ""
    return (
        f"{count(book['count'], 'transaction')}, {book['complete']} from start to stop{still}, {remarked}; "
        f"{book['energy_wh'] / 1000:.3f} kWh."
    )


def odd_table(document: Document) -> Table:
    """What is odd about transactions, one remark in a row."""
    rows = [
        (one["station"], one["id"] or NOTHING, remark["kind"], remark["text"], remark["where"])
        for one in document["transactions"]["listed"]
        for remark in one["remarks"]
    ][:MOST_ROWS]
    return Table("Remarks on transactions", ("Station", "Transaction", "Kind", "What", "Where"), tuple(rows))
