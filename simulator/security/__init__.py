"""The security extensions of a station (OCPP 1.6 security white paper, edition 3): one module per use case.

`Provision` is what the factory puts in, `Vault` keeps it and what the CSMS changes; `profiles` dials accordingly.
"""

from __future__ import annotations

from simulator.security.certificates import Certificates
from simulator.security.events import SecurityEvents
from simulator.security.identity import ChargePointCertificate
from simulator.security.profiles import SecurityProfiles
from simulator.security.provision import Provision
from simulator.security.triggers import ExtendedTrigger

__all__ = [
    "Certificates",
    "ChargePointCertificate",
    "ExtendedTrigger",
    "Provision",
    "SecurityEvents",
    "SecurityProfiles",
]
