"""Values the cases work with: tags, times, keys, charging profile parameters, files."""

from __future__ import annotations

import secrets
import string
from typing import Final, Literal

import msgspec

from harness.sut.secret import Secret

RANDOM: Final = "{random}"
"""In `tags.invalid`: characters that are drawn each time the tag is presented."""
LONGEST_TAG: Final = 20
"""Characters of an idTag (OCPP 1.6 §7.15)."""
CHARGED_WITH: Final = ("parent", "valid", "valid_2")
"""The tags that cases charge with, after their parent: those that `fixtures.tags_per` is about."""
_ALPHABET: Final = string.ascii_uppercase + string.digits


class Tags(msgspec.Struct, frozen=True, kw_only=True):
    """The idTags of one worker; `valid` and `valid_2` share `parent`. One that is None is not available to the run."""

    valid: str | None = None
    valid_2: str | None = None
    parent: str | None = None
    invalid: str = f"PP-NOBODY-{RANDOM}"
    expired: str | None = None
    blocked: str | None = None
    concurrent: str | None = None

    @property
    def unknown(self) -> str:
        """A tag that the back office does not know: a new one each time it is asked for, unless the file fixes it.

        A back office may remember an unknown tag that it was shown, so that it is not unknown any more.
        """
        return self.invalid.replace(RANDOM, drawn(LONGEST_TAG - len(self.invalid) + len(RANDOM)))


def key_of(name: str) -> str:
    """The key of `[tags]` to which one item of its list belongs: `valid` for `valid[1]`."""
    return name.partition("[")[0]


def drawn(length: int) -> str:
    """So many capital letters and digits that nobody has ever seen in this order."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `settle_s`: wait for a better candidate after a wrong one; `quiet_s`: window of `receives_no`.

    `recover_s`: how long a run waits for a back office that went away. `reconnect_s`: between the end of a connection
    and the next one of the same station; `boot_s`: the same when the station restarts in between. `round_s`: pause
    between two rounds of a performance case, as no station does one thing after the other without any.
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
    reconnect_s: float = 1
    boot_s: float = 3
    round_s: float = 0.2


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Whole seconds that travel in OCPP messages and configuration keys.

    `retrieve_ahead_s`: how far ahead the moment is from which firmware may be fetched; no case waits for it.
    """

    heartbeat_s: int = 60
    connection_timeout_s: int = 30
    sample_interval_s: int = 60
    clock_interval_s: int = 0
    reservation_offset_s: int = 90
    retrieve_ahead_s: int = 60


class Boot(msgspec.Struct, frozen=True, kw_only=True):
    """chargePointVendor and chargePointModel (at most 20 characters each)."""

    vendor: str = "plugproof"
    model: str = "station"


class Smart(msgspec.Struct, frozen=True, kw_only=True):
    """Parameters of the charging profiles a case asks for; seconds, and `rate_unit` ampere or watt.

    `start_ahead_s`: how far ahead of its asking a profile becomes valid and its schedule begins.
    """

    rate_unit: Literal["A", "W"] = "A"
    phases: int = 3
    stack_level: int = 1
    start_period: int = 0
    duration_s: int = 300
    start_ahead_s: int = 60


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
