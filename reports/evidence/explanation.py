"""Why a case has the verdict it has, for somebody in front of a terminal: `render`.

From top to bottom: the case, the sequence as two columns, the frame with a caret under the offending member, the rule
in our words, what was expected and what came, where the trace is and the command that runs the case again.
"""

from collections.abc import Mapping
from typing import Any, Final

from reports.evidence.ladder import Paint, ladder
from reports.results.verdicts import Case, outcome, word
from reports.text.plain import clean, fold, visible, window, wrap
from reports.text.secrets import mask_span

MIN_WIDTH: Final = 40
MAX_FINDINGS: Final = 5
MAX_TRACEBACK_LINES: Final = 40
_KEY: Final = 12
"""Cells of the column that names the facts below the sequence."""
_ANSI: Final[Mapping[str, str]] = {"bad": "1;31", "good": "1;32", "odd": "1;33", "strong": "1", "muted": "2"}
_VERDICT_STYLES: Final[Mapping[str, str]] = {"FAIL": "bad", "XPASS": "bad", "ERROR": "bad", "PASS": "good"}


def render(case: Case, *, width: int = 100, color: bool = False) -> str:
    """The explanation of one case, in lines of at most ``width`` cells (at least 40); ANSI colours with ``color``.

    Only the trace path and the command to run the case again may be longer, so that they can be copied whole.
    """
    width = max(width, MIN_WIDTH)
    paint = _ansi if color else _plain
    lines = _header(case, width, paint)
    if case["failure"] is not None:
        lines += ["", *ladder(case["failure"], width, paint), *_facts(case, case["failure"], width, paint)]
    else:
        lines += ["", *_findings(case, width, paint)]
    lines += [*_uncut("trace", case["trace"], paint), *_uncut("run again", case["rerun"], paint)]
    return "\n".join(line.rstrip() for line in lines).rstrip("\n") + "\n"


def _ansi(style: str, text: str) -> str:
    return f"\x1b[{_ANSI[style]}m{text}\x1b[0m" if style in _ANSI and text else text


def _plain(style: str, text: str) -> str:
    return text


def _header(case: Case, width: int, paint: Paint) -> list[str]:
    name = outcome(case)
    style = _VERDICT_STYLES.get(name, "odd")
    indent = len(word(name)) + 2
    first, *more = wrap(f"{clean(case['id'])}  {clean(case['title'])}", width - indent)
    lines = [f"{paint(style, word(name))}  {paint('strong', first)}", *(" " * indent + line for line in more)]
    about = " · ".join(clean(part) for part in (case["profile"], case["ref"], case["lane"]) if part)
    lines += [" " * indent + paint("muted", line) for line in wrap(about, width - indent)]
    if case["reason"]:
        lines += [" " * indent + line for line in wrap(clean(case["reason"]), width - indent)]
    if case["expected_failure"] is not None:
        lines += [" " * indent + line for line in wrap(_expectation(case), width - indent)]
    return lines


def _expectation(case: Case) -> str:
    reason = clean(case["expected_failure"])
    if outcome(case) == "XPASS":
        return f"It was expected to fail ({reason}) and passed: take it off expected_failures in the SUT file."
    ends = "to end with an error" if case.get("expected_verdict") == "ERROR" else "to fail"
    return f"It is expected {ends}: {reason}"


def _facts(case: Case, failure: Mapping[str, Any], width: int, paint: Paint) -> list[str]:
    lines = [""]
    if failure["frame"] is not None:
        lines += [*_frame(failure["frame"], width, paint), ""]
    rule = " · ".join(clean(part) for part in (failure["rule"], failure["ref"]) if part)
    lines += _fact("rule", [rule, clean(failure["sentence"])], width, paint)
    lines += _fact("expected", [clean(failure["expected"])], width, paint)
    lines += _fact("actual", [clean(failure["actual"])], width, paint, style="bad")
    lines += _evidence(failure.get("evidence"), width, paint)
    lines += _findings(case, width, paint)
    if failure["traceback"]:
        raw = failure["traceback"].rstrip().split("\n")[-MAX_TRACEBACK_LINES:]
        lines += ["", *(f"  {part}" for line in raw for part in fold(clean(line), width - 2)), ""]
    return lines


def _evidence(text: str | None, width: int, paint: Paint) -> list[str]:
    """What the operator did and what came back, uncut."""
    lines = [part for line in (text or "").split("\n") if text for part in wrap(clean(line), width - _KEY)]
    keys = ["operator", *[""] * len(lines)]
    return [f"  {paint('muted', key.ljust(_KEY - 2))}{line}" for key, line in zip(keys, lines, strict=False)]


def _frame(frame: Mapping[str, Any], width: int, paint: Paint) -> list[str]:
    pointed = frame["start"] is not None
    text, start, end = mask_span(frame["text"], frame["start"] or 0, frame["end"] or 0)
    shown, first, cells = window(visible(text), start, end, width - _KEY)
    key = f"frame {frame['seq']}".ljust(_KEY - 2)
    lines = [f"  {paint('muted', key)}{shown}"]
    if pointed:
        # A member that is missing has no extent: one caret stands where it would have been.
        lines.append(" " * (_KEY + first) + paint("bad", "^" * max(cells, 1)))
    return lines


def _findings(case: Case, width: int, paint: Paint) -> list[str]:
    """The rules that were broken beside the one that decided."""
    decided = None if case["failure"] is None else case["failure"]["rule"]
    others = [finding for finding in case["findings"] if finding["rule"] != decided]
    sentences = [f"{finding['level']} {clean(finding['rule'])}: {clean(finding['message'])}" for finding in others]
    if len(sentences) > MAX_FINDINGS:
        sentences[MAX_FINDINGS:] = [f"{len(sentences) - MAX_FINDINGS} more in results.json"]
    return _fact("also", sentences, width, paint)


def _fact(key: str, paragraphs: list[str], width: int, paint: Paint, *, style: str = "plain") -> list[str]:
    lines = [line for text in paragraphs if text for line in wrap(text, width - _KEY)]
    keys = [key, *[""] * len(lines)]
    return [f"  {paint('muted', k.ljust(_KEY - 2))}{paint(style, line)}" for k, line in zip(keys, lines, strict=False)]


def _uncut(key: str, text: str | None, paint: Paint) -> list[str]:
    return [f"  {paint('muted', key.ljust(_KEY - 2))}{clean(text)}"] if text else []
