"""The tests of transactions and of what stations tell once more, with a CSMS on PostgreSQL."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from csms_core import Config
from tests.csms_core.support.bench import default_config
from tests.csms_core.v201.test_inbound import *  # noqa: F403  # the same tests, collected here with another `config`
from tests.csms_core.v201.test_transactions import *  # noqa: F403

pytestmark = [pytest.mark.asyncio, pytest.mark.xdist_group("postgresql")]  # type: ignore[assignment]  # instead


@pytest.fixture
def config(tmp_path: Path, postgresql_url: str, settings: dict[str, Any]) -> Config:
    return replace(default_config(tmp_path), database=postgresql_url, **settings)
