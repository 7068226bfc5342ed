"""Values the cases work with: tags, times, keys, charging profile parameters, files."""

from __future__ import annotations

import secrets
import string
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from harness.sut.tables.shapes import (
    UNIQUE,
    InFile,
    Key,
    Natural,
    Pause,
    Positive,
    Seconds,
    Tag,
    Text,
    Text20,
    Text255,
    means,
)
from ocppj.versions import ANYWHERE

RANDOM: Final = "{random}"
"""In `tags.invalid`: characters that are drawn each time the tag is presented."""
DEFAULT_TAG: Final = "PLUGPROOF-VALID"
"""What is presented as a valid tag where only an address was given."""
CHARGED_WITH: Final = ("parent", "valid", "valid_2")
"""The tags that cases charge with, after their parent: those that `fixtures.tags_per` is about."""
_ALPHABET: Final = string.ascii_uppercase + string.digits
_TagList = Annotated[tuple[Tag, ...], UNIQUE, Meta(min_length=1)]
_OR_LIST: Final = InFile(Tag | _TagList)
_LoadIdentity = Annotated[
    str, Meta(max_length=255, pattern=r"^[^{}]*(\{run\}[^{}]*)?\{station(:0?[1-9]d)?\}[^{}]*(\{run\}[^{}]*)?$")
]


class Tags(msgspec.Struct, frozen=True, kw_only=True):
    """idTags the cases present. A list has a tag for each worker, so that several can charge at once; where there are
    more workers than tags, those that charge take turns.

    Here are those of one worker; one that is None is not available to the run.
    """

    valid: Annotated[
        Tag | None,
        means(
            "A tag the back office accepts, or a list of them, one for each worker.", "VALID-1", ["VALID-A", "VALID-B"]
        ),
        _OR_LIST,
    ] = None
    valid_2: Annotated[
        Tag | None,
        means(
            "Another accepted tag with the same parent; a list goes with that of `valid`.",
            "VALID-2",
            ["VALID-A2", "VALID-B2"],
        ),
        _OR_LIST,
    ] = None
    parent: Annotated[
        Tag | None,
        means("parentIdTag of both; a list goes with that of `valid`.", "PARENT-1", ["PARENT-A", "PARENT-B"]),
        _OR_LIST,
    ] = None
    invalid: Annotated[
        Tag,
        means(
            "A tag the back office does not know. With {random} in it, it is a new one each time, as a back "
            "office may remember what it was shown; PP-NOBODY-{random} when absent.",
            "PP-NOBODY-{random}",
        ),
    ] = f"PP-NOBODY-{RANDOM}"
    expired: Annotated[Tag | None, means("An expired tag.", "EXPIRED-1")] = None
    blocked: Annotated[Tag | None, means("A blocked tag.", "BLOCKED-1")] = None
    concurrent: Annotated[Tag | None, means("A tag that may not charge twice at a time.", "VALID-3")] = None

    @property
    def unknown(self) -> str:
        """A tag that the back office does not know: a new one each time it is asked for, unless the file fixes it.

        A back office may remember an unknown tag that it was shown, so that it is not unknown any more.
        """
        return self.invalid.replace(RANDOM, drawn(ANYWHERE - len(self.invalid) + len(RANDOM)))


def key_of(name: str) -> str:
    """The key of `[tags]` to which one item of its list belongs: `valid` for `valid[1]`."""
    return name.partition("[")[0]


def drawn(length: int) -> str:
    """So many capital letters and digits that nobody has ever seen in this order."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds.

    `quiet_s` is the window of `receives_no`.
    """

    connect_s: Annotated[Seconds, means("Opening the connection.", 10)] = 10
    message_s: Annotated[Seconds, means("Every expected message.", 30)] = 30
    long_s: Annotated[Seconds, means("Long operations such as firmware.", 450)] = 450
    reboot_s: Annotated[Seconds, means("A restart.", 600)] = 600
    operator_s: Annotated[Seconds, means("An action of the operator.", 120)] = 120
    deviation_s: Annotated[Seconds, means("Allowed difference between clocks.", 4)] = 4
    settle_s: Annotated[Seconds, means("Wait for a better message once a wrong one came.", 2)] = 2
    quiet_s: Annotated[Seconds, means("Window in which nothing may come.", 1)] = 1
    recover_s: Annotated[Seconds, means("How long a run waits for a back office that went away.", 60)] = 60
    reconnect_s: Annotated[Pause, means("Between the end of a connection and the next one of the same station.", 1)] = 1
    boot_s: Annotated[
        Pause, means("A boot: from the end of the connection to the next one of a station that restarts.", 3)
    ] = 3
    round_s: Annotated[
        Pause,
        means(
            "Pause between two rounds of a performance case, which measures answers and not how fast a station "
            "can ask.",
            0.2,
        ),
    ] = 0.2


class Keys(msgspec.Struct, frozen=True, kw_only=True):
    """Whole seconds that travel in messages and configuration keys.

    No case waits for the moment that is `retrieve_ahead_s` ahead.
    """

    heartbeat_s: Annotated[Positive, means("Heartbeat interval.", 60)] = 60
    boot_retry_s: Annotated[Positive, means("Interval that a charge point is given with Pending or Rejected.", 10)] = 10
    connection_timeout_s: Annotated[Positive, means("ConnectionTimeOut of the station that is played.", 30)] = 30
    sample_interval_s: Annotated[
        Positive, means("MeterValueSampleInterval of the station that is played, and what it is changed to.", 60)
    ] = 60
    clock_interval_s: Annotated[
        Natural,
        means(
            "ClockAlignedDataInterval of the station that is played; 0: off. A charge point under test is given "
            "it in TC_071_CS; 0: `sample_interval_s`.",
            0,
        ),
    ] = 0
    transaction_s: Annotated[
        Positive, means("How long a case lets a transaction of a charge point run to see its meter values.", 120)
    ] = 120
    reservation_offset_s: Annotated[Positive, means("Reservations end so long after they were made.", 90)] = 90
    retrieve_ahead_s: Annotated[
        Natural, means("The moment from which firmware may be fetched is so far ahead of its asking.", 60)
    ] = 60


class Boot(msgspec.Struct, frozen=True, kw_only=True):
    """How a simulated station introduces itself."""

    vendor: Annotated[Text20, means("chargePointVendor", "plugproof")] = "plugproof"
    model: Annotated[Text20, means("chargePointModel", "station")] = "station"


class Smart(msgspec.Struct, frozen=True, kw_only=True):
    """Charging profiles that are asked for."""

    rate_unit: Annotated[Literal["A", "W"], means("Unit of the limits.", "A")] = "A"
    phases: Annotated[Literal[1, 2, 3], means("numberPhases", 3)] = 3
    stack_level: Annotated[Natural, means("stackLevel", 1)] = 1
    duration_s: Annotated[Positive, means("duration, seconds.", 300)] = 300
    start_ahead_s: Annotated[Natural, means("Charging profiles begin so long after they were asked for.", 60)] = 60


class Files(msgspec.Struct, frozen=True, kw_only=True):
    """Files for updates and uploads; absent: plugproof provides them."""

    firmware: Annotated[Text | None, means("URL of a firmware file.", "http://files.example/firmware.bin")] = None
    firmware_bad: Annotated[
        Text | None, means("URL of a firmware file that does not exist or install.", "http://files.example/bad.bin")
    ] = None
    signature: Annotated[
        Text | None, means("Base64 signature of the firmware; made by plugproof when absent.", "MEUC...")
    ] = None
    signing_certificate: Annotated[Text | None, means("PEM file of the signing certificate.", "pki/signing.pem")] = None
    upload: Annotated[
        Text | None, means("URL diagnostics and logs are uploaded to.", "http://files.example/upload")
    ] = None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """How the run is done."""

    mode: Annotated[
        Literal["development", "certification"],
        means("Certification mode forbids changing settings while the run lasts.", "development"),
    ] = "development"
    connector_id: Annotated[Positive, means("connectorId the cases use.", 1)] = 1
    unknown_vendor_id: Annotated[
        Text255,
        means("vendorId the product does not know.", "org.example.unknown"),
    ] = "org.example.unknown"
    like_the_official_tool: Annotated[
        bool,
        means(
            "Also tell what the official test tool is known to insist on beyond the standard; it changes no verdict."
        ),
    ] = False
    mask_tags: Annotated[
        bool, means("idTags of this file are hidden in every report, trace and message, as passwords always are.")
    ] = False


class Background(msgspec.Struct, frozen=True, kw_only=True):
    """Stations of `plugproof precheck --background N`, which keep the back office busy while the cases run."""

    identity: Annotated[
        _LoadIdentity | None,
        means(
            "Text with {station} or {station:04d}, counted from 1; {run} is drawn for every run. Needed where "
            "stations have to be known and [fixtures] makes none.",
            "LOAD-{station:04d}",
        ),
    ] = None
    tags: Annotated[
        _TagList,
        means(
            "idTags that their drivers hold, in turn; not those of [tags]. Without them every station has one of "
            "its own, which [fixtures] makes.",
            ["LOAD-1", "LOAD-2"],
        ),
    ] = ()
    auth_key: Annotated[
        Key | None, means("Basic auth key of all of them; that of [connection] when absent.", "${LOAD_AUTH_KEY}")
    ] = None
    seed: Annotated[Natural, means("The same seed brings the same drivers; 1 when absent.", 1)] = 1
