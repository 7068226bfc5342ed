"""The first twenty cases of the catalogue of OCPP 2.0.1 for a CSMS: which rules of each judge the system under test.

Facts of Part 6 (edition 3, 2024-05) with the errata of 2025-09. Rules that only a person can look at (TC_B_06_CSMS and
TC_B_09_CSMS, what the CSMS shows of the values) are not among them.
"""

from collections.abc import Mapping
from typing import Final

RULES: Final[Mapping[str, int]] = {
    "TC_B_01_CSMS": 1,
    "TC_B_06_CSMS": 3,
    "TC_B_09_CSMS": 4,
    "TC_B_20_CSMS": 3,
    "TC_B_21_CSMS": 6,
    "TC_B_58_CSMS": 3,
    "TC_C_02_CSMS": 1,
    "TC_C_06_CSMS": 1,
    "TC_C_08_CSMS": 1,
    "TC_C_39_CSMS": 8,
    "TC_E_03_CSMS": 2,
    "TC_E_04_CSMS": 2,
    "TC_E_15_CSMS": 1,
    "TC_E_21_CSMS": 2,
    "TC_F_01_CSMS": 3,
    "TC_F_02_CSMS": 4,
    "TC_F_20_CSMS": 2,
    "TC_G_03_CSMS": 1,
    "TC_J_09_CSMS": 1,
    "TC_P_02_CSMS": 1,
}
"""Case -> how many rules it has: R1 and so on."""


def rids() -> set[str]:
    """Every rule by its whole id."""
    return {f"{case}.R{number}" for case, count in RULES.items() for number in range(1, count + 1)}
