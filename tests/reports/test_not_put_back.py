"""What a case could not put back is said at the head of every report, once."""

from collections.abc import Callable
from typing import Any

from reports.ci.step_summary import step_summary
from reports.ci.summary import summary
from reports.html import page
from reports.results.headline import PUT_BACK, notices
from reports.results.validation import validate

LEFT = "it is left in security profile 2: OCPP cannot lower it to 1, set it by hand"


def test_what_was_not_put_back_comes_first(with_outcomes: Callable[..., dict[str, Any]]) -> None:
    run = with_outcomes("PASS", "PASS")
    before = notices(run)
    finding = {"rule": PUT_BACK, "level": "INFO", "party": "charge_point", "message": LEFT, "path": None, "seq": None}
    for case in run["cases"]:
        case["findings"] = [*case["findings"], dict(finding)]
    validate(run)
    told = f"The system under test is not as it was found, since {run['cases'][0]['id']}: {LEFT}."
    assert notices(run) == [told, *before]
    for shown in (page(run, {}), summary(run), step_summary(run)):
        assert LEFT in shown
