"""The security extensions of a station (OCPP 1.6 security white paper, edition 3): one module per use case.

`Provision` is what the factory puts in, `Vault` keeps it and what the CSMS changes; `profiles` dials accordingly.
"""

from __future__ import annotations

from simulator.pki.provision import Provision
from simulator.v16.profiles.security.certificates import Certificates
from simulator.v16.profiles.security.events import SecurityEvents
from simulator.v16.profiles.security.identity import ChargePointCertificate
from simulator.v16.profiles.security.profiles import SecurityProfiles
from simulator.v16.profiles.security.triggers import ExtendedTrigger

__all__ = [
    "Certificates",
    "ChargePointCertificate",
    "ExtendedTrigger",
    "Provision",
    "SecurityEvents",
    "SecurityProfiles",
]
