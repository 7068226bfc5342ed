"""`pytest --alluredir DIR` with cases among the tests: allure-pytest writes our verdicts instead of its guesses.

allure-pytest knows exceptions and no verdicts: it would call a broken rule broken and not failed, and it prints what an
exception says as it is, passwords included. So what it has gathered of a case is replaced just before it is written, by
what `plugproof precheck --allure` writes. Other tests of the same run stay as they are.
"""

from collections.abc import Generator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import allure_commons
import pytest
from attr import fields

from harness.artifacts.allure import of_case, write_facts
from harness.plugin.session import CASE, RunSession
from reports.ci.allure import run_result


class AllureBridge:
    """A plugin of pytest, and of allure_commons, in every process that runs tests."""

    def __init__(self, session: RunSession, folder: Path, fail_on: Iterable[str] = ()) -> None:
        """``fail_on`` is what makes the run red besides failures."""
        self._session = session
        self._fail_on = sorted(set(fail_on))
        self._folder = folder
        self._started = datetime.now(UTC).isoformat()
        self._is_case = False
        self._record: dict[str, Any] | None = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> None:
        """From here to the setup of the next test, what is written is about this one."""
        self._is_case = CASE in item.stash

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Keep the record that the last report of a case carries."""
        report = yield
        self._record = getattr(report, "plugproof", None)
        return report

    @allure_commons.hookimpl(tryfirst=True)
    def report_result(self, result: Any) -> None:
        """allure-pytest is about to write a test: put our result of a case into its object."""
        if not self._is_case or self._record is None:
            return
        results = {"run": self._run(), "cases": [self._record]}
        ours, files = of_case(results, self._record, self._session.out)
        ours.uuid = result.uuid  # its containers name it
        for field in fields(type(result)):
            setattr(result, field.name, getattr(ours, field.name))
        for name, content in files.items():
            allure_commons.plugin_manager.hook.report_attached_data(body=content, file_name=name)

    @allure_commons.hookimpl(tryfirst=True)
    def report_container(self, container: Any) -> None:
        """The fixtures of a case are states, which are steps already; what their exceptions say is not masked."""
        if self._is_case:
            container.befores, container.afters = [], []

    def pytest_plugproof_results(self, results: dict[str, Any]) -> None:
        """The run is over; only the controller hears of that."""
        write_facts(results, self._folder)
        self._is_case = False
        if (whole := run_result(results)) is not None:
            allure_commons.plugin_manager.hook.report_result(result=whole)

    def _run(self) -> dict[str, Any]:
        """What a result says of its run."""
        return {
            "id": self._session.id,
            "sut": {"name": self._session.sut.name},
            "schemas": {"version": self._session.sut.version},
            "started": self._started,
            "claims": self._session.sut.claims(),
            "fail_on": self._fail_on,
        }


def bridge(config: pytest.Config, session: RunSession) -> None:
    """Stand between the cases and allure-pytest, which is at work."""
    folder = Path(config.option.allure_report_dir).absolute()
    plugin = AllureBridge(session, folder, config.getoption("plugproof_fail_on"))
    config.pluginmanager.register(plugin, "plugproof-allure")
    allure_commons.plugin_manager.register(plugin, "plugproof-allure")

    def clean_up() -> None:
        allure_commons.plugin_manager.unregister(name="plugproof-allure")

    config.add_cleanup(clean_up)
