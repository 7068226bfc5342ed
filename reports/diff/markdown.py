"""A difference as the comment of a merge request: what is urgent in full, the rest folded."""

from typing import Final

from reports.diff.compare import Diff
from reports.diff.tables import told
from reports.diff.told import Told
from reports.text.markdown import plain, table
from reports.text.table import Table

MAX_ROWS: Final = 50
"""Rows of a table; a comment has an end (65 536 characters at GitHub), and so has patience."""


def diff_markdown(diff: Diff) -> str:
    """The comment about two runs of cases."""
    return comment(told(diff))


def comment(told: Told) -> str:
    """The comment. It says nothing of a certificate, because a difference is no result."""
    parts = [[f"### plugproof: {plain(told.headline)}"]]
    parts += [[f"> **Warning:** {plain(warning)}"] for warning in told.warnings]
    for section in told.sections:
        lines = _table(section.table)
        title = plain(section.table.title)
        if section.urgent:
            parts += [[f"**{title}**"], lines]
        else:
            # A blank line lets Markdown begin anew inside of HTML.
            parts += [[f"<details><summary>{title}</summary>"], lines, ["</details>"]]
    if told.note:
        parts.append([f"<sub>{plain(told.note)}</sub>"])
    parts += [["<details><summary>Runs</summary>"], _table(told.runs), ["</details>"]]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _table(whole: Table) -> list[str]:
    rows = tuple(tuple(map(plain, row)) for row in whole.rows[:MAX_ROWS])
    left_out = len(whole.rows) - len(rows)
    more = [f"\n{left_out} more; `plugproof diff --format json` has all."] if left_out else []
    return [*table(Table(whole.title, tuple(name or " " for name in whole.headers), rows)), *more]
