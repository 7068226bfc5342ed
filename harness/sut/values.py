"""Values the cases work with: tags, times, keys, charging profile parameters, files."""

from __future__ import annotations

from typing import Literal

import msgspec

from harness.sut.secret import Secret


class Tags(msgspec.Struct, frozen=True, kw_only=True):
    """idTags; `valid` and `valid_2` share `parent`. A tag that is None is not available to the run."""

    valid: str | None = None
    valid_2: str | None = None
    parent: str | None = None
    invalid: str = "PLUGPROOF-INVALID"
    expired: str | None = None
    blocked: str | None = None
    concurrent: str | None = None


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `settle_s`: wait for a better candidate after a wrong one; `quiet_s`: window of `receives_no`.

    `recover_s`: how long a run waits for a back office that went away.
    """

    connect_s: float = 10
    message_s: float = 30
    long_s: float = 450
    reboot_s: float = 600
    operator_s: float = 120
    deviation_s: float = 4
    settle_s: float = 2
    quiet_s: float = 1
    recover_s: float = 60


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Whole seconds that travel in OCPP messages and configuration keys."""

    heartbeat_s: int = 60
    boot_retry_s: int = 10
    connection_timeout_s: int = 30
    sample_interval_s: int = 60
    clock_interval_s: int = 60
    transaction_s: int = 120
    reservation_offset_s: int = 90


class Boot(msgspec.Struct, frozen=True, kw_only=True):
    """chargePointVendor and chargePointModel (at most 20 characters each)."""

    vendor: str = "plugproof"
    model: str = "station"


class Smart(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of the charging profiles a case asks for; seconds, and `rate_unit` ampere or watt."""

    rate_unit: Literal["A", "W"] = "A"
    phases: int = 3
    stack_level: int = 0
    start_period: int = 0
    duration_s: int = 300


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """URLs and contents for firmware, diagnostics and logs; None: the harness hosts or makes its own."""

    firmware: str | None = None
    firmware_bad: str | None = None
    signature: str | None = None
    signing_certificate: str | None = None
    upload: str | None = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """How the run is done; certification mode forbids changing settings while it lasts."""

    mode: Literal["development", "certification"] = "development"
    connector_id: int = 1
    unknown_vendor_id: str = "org.example.unknown"
    mask_tags: bool = False


class Background(msgspec.Struct, frozen=True, kw_only=True):
    """Stations of `--background N`. None: identities and tags of the run's own, the key of `[connection]`."""

    identity: str | None = None
    tags: tuple[str, ...] = ()
    auth_key: Secret | None = None
    seed: int = 1
