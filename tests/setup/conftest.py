"""What the tests of the pages for people share."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.setup.reader import Reader


@pytest.fixture
def reader(tmp_path: Path, nightly: bool) -> Iterator[Reader]:
    somebody = Reader(tmp_path, with_all=nightly)
    yield somebody
    somebody.is_gone()
