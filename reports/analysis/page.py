"""An analysis as a page: one file, without scripts and without a network."""

import base64
import hashlib
import re
from typing import Any, Final

from markupsafe import Markup

from reports.analysis.pictures import pictures
from reports.analysis.words import (
    LEVELS,
    Document,
    headline,
    logs_table,
    notes,
    period,
    state,
    times_table,
    transactions_sentence,
    unread_table,
)
from reports.text.templating import templates

TEMPLATE: Final = "analysis.html.j2"
MOST_STATIONS: Final = 500
MOST_TRANSACTIONS: Final = 500
"""That the page has; all that are kept are in analysis.json."""
BADGES: Final = {"MUST": "FAIL", "SHOULD": "INCONCLUSIVE", "INFO": "NOT_APPLICABLE"}
"""The colours of the levels are those of verdicts."""
_STYLE: Final = re.compile(r"<style>(.*?)</style>", re.DOTALL)


def page(document: Document) -> str:
    """The page. Equal documents give equal text."""
    style = Markup("\n").join((_source("report.css"), _source("analysis.css")))
    drawn = [Markup(svg) for svg in pictures(document)]
    styles = [style, *dict.fromkeys(found for one in drawn for found in _STYLE.findall(one))]
    listed = document["transactions"]["listed"]
    odd = [one for one in listed if one["remarks"]]
    plain = [one for one in listed if not one["remarks"]]
    shown: list[Any] = [*odd, *plain][:MOST_TRANSACTIONS]
    return (
        templates()
        .get_template(TEMPLATE)
        .render(
            document=document,
            headline=headline(document),
            state=state(document),
            period=period(document),
            notes=list(notes(document)),
            levels=LEVELS,
            badges=BADGES,
            logs=logs_table(document),
            unread=unread_table(document),
            times=times_table(document),
            stations=document["stations"][:MOST_STATIONS],
            more_stations=max(len(document["stations"]) - MOST_STATIONS, 0),
            transactions=shown,
            transactions_sentence=transactions_sentence(document),
            more_transactions=document["transactions"]["count"] - len(shown),
            pictures=drawn,
            style=style,
            policy="; ".join(
                (
                    "default-src 'none'",
                    f"style-src {' '.join(map(_digest, styles))}",
                    "base-uri 'none'",
                    "form-action 'none'",
                )
            ),
        )
    )


def _source(name: str) -> Markup:
    environment = templates()
    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])


def _digest(source: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()}'"
