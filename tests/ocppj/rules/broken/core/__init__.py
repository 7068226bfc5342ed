"""Authorization, transactions, status, meter values, configuration and commands (catalogue chapters 6 to 10)."""

from typing import Final

from tests.ocppj.rules.broken.core import authorization, commands, configuration, metering, status, transactions
from tests.ocppj.rules.broken.model import Breach

BREACHES: Final[tuple[Breach, ...]] = tuple(
    breach
    for module in (authorization, transactions, status, metering, configuration, commands)
    for breach in module.BREACHES
)
