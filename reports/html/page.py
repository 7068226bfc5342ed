"""The page as a whole: what the template is given, and the policy that names its styles and its script."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markupsafe import Markup

from reports.charts.charts import response_charts
from reports.evidence.sequence import Entry
from reports.html import overview
from reports.html.cases import link_to, views
from reports.html.frames import frame
from reports.results import compatibility
from reports.results.headline import DISCLAIMER, headline, notices, sentence, state, why
from reports.results.load import load_figures, load_of
from reports.results.performance import LOADED
from reports.results.remarks import remarks
from reports.results.tables import COLUMNS, action_table, performance_table
from reports.results.verdicts import OUTCOME_NAMES, Case, Results, asked_for, exit_code, ordered, totals, word
from reports.text.templating import templates

TEMPLATE: Final = "report.html.j2"
MOST_OPEN: Final = 3
"""Up to so many causes have their first case open from the start."""
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def page(results: Results, traces: Mapping[str, Sequence[Entry]]) -> str:
    """The page. ``traces`` are the entries of the traces by their path in the results; one that is not there is linked.

    Equal results and traces give equal text.
    """
    cases = views(ordered(results["cases"]), traces)
    rows = overview.profile_rows(results, cases)
    counts = totals(results)
    script, style = _source("report.js"), _source("report.css")
    charts = [Markup(svg) for _, svg in response_charts(results)]
    styles = [style, *dict.fromkeys(found for chart in charts for found in _STYLE.findall(chart))]
    red = overview.attention(results)
    by_id = {view.case["id"]: view for view in cases}
    return (
        templates()
        .get_template(TEMPLATE)
        .render(
            disclaimer=DISCLAIMER,
            run=results["run"],
            headline=sentence(headline(results)),
            state=state(results),
            ending=f"exit code {exit_code(results)}: {why(results)}",
            notices=notices(results),
            identity=overview.identity(results),
            counts={name: counts[name] for name in COLUMNS if counts[name]},
            segments=overview.segments(counts),
            names=OUTCOME_NAMES,
            noun=overview.noun,
            words={name: word(name) for name in COLUMNS},
            profiles=rows,
            promised=sum(row.promised for row in rows),
            judged=sum(row.judged for row in rows),
            red=[(by_id[cause.example["id"]], cause.others, _wish(results, cause.example)) for cause in red],
            opened={cause.example["id"] for cause in red} if len(red) <= MOST_OPEN else set(),
            untested=overview.untested(results),
            unasked=overview.unasked(results),
            advice=overview.advice(results),
            insisted=compatibility.insisted(results) if compatibility.is_looked_for(results) else None,
            compatibility=compatibility,
            mismatches=[_mismatch(one) for one in results.get("pics_mismatch", ())],
            tables=[performance_table(results, unit="ms"), action_table(results), action_table(results, LOADED)],
            remarks=remarks(results),
            load=load_of(results),
            load_figures=load_figures(results),
            charts=charts,
            product=overview.product(results),
            claims=overview.claims(results),
            conditions=overview.conditions(results),
            style=style,
            script=script,
            policy="; ".join(
                (
                    "default-src 'none'",
                    f"style-src {' '.join(map(_digest, styles))}",
                    f"script-src {_digest(script)}",
                    "base-uri 'none'",
                    "form-action 'none'",
                )
            ),
        )
    )


def _wish(results: Results, case: Case) -> str:
    """Why a case that did not fail makes the run red: what was asked for, and the findings if it was those."""
    wish = asked_for(results, case)
    found = "; ".join(f"{one['level']} {one['rule']}: {one['message']}" for one in case["findings"])
    return "" if wish is None else f"--fail-on {wish}" + (f": {found}" if wish == "finding" else "")


def _source(name: str) -> Markup:
    """A style sheet or a script of ours, as it is."""
    environment = templates()
    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])


def _digest(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"


def _mismatch(one: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of ``pics_mismatch`` with its message as HTML."""
    found = one["frame"]
    return {
        **one,
        "frame": found and frame(found["text"], found["start"], found["end"]),
        "trace": link_to(one["trace"]) if one["trace"] else None,
    }
