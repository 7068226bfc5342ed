"""Transactions, status, configuration and commands of the Core profile (catalogue chapters 7 to 10)."""

from typing import Final

from tests.ocppj.rules.broken.model import Breach, after, exchange, told
from tests.ocppj.rules.broken.values import status

BREACHES: Final = (
    Breach(
        "STAT-03",
        "connector 0 is Reserved",
        status(connectorId=0, status="Unavailable"),
        status(connectorId=0, status="Reserved"),
    ),
    Breach(
        "CFG-02",
        "3 keys are asked for where GetConfigurationMaxKeys is 2",
        after(told(GetConfigurationMaxKeys="2"), exchange("csms", "GetConfiguration", {"key": ["A", "B"]}, {})),
        after(told(GetConfigurationMaxKeys="2"), exchange("csms", "GetConfiguration", {"key": ["A", "B", "C"]}, {})),
    ),
)
