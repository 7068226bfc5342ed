"""The SUT file as the rest of the harness sees it: frozen, typed, secrets masked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from harness.sut.errors import SutError
from harness.sut.secret import Secret, scrub
from harness.sut.tables.driving import DriverSettings, ManualDriver, NoDriver, SimulatedDriver
from harness.sut.tables.fixtures import FixtureSettings, NoFixtures, TriggerFixtures
from harness.sut.tables.link import Connection, Endpoint, Identities, Lane, Station, Tls
from harness.sut.tables.operation import ManualSettings, NoOperator, OperatorSettings
from harness.sut.tables.product import People, Performance, Product, Security, Settings, answers
from harness.sut.tables.shapes import NOT_IN_FILE, InFile, Kinds, Named, Text, means
from harness.sut.tables.values import Background, Boot, Files, Keys, Run, Smart, Tags, Timeouts
from ocppj.evidence.trace import Role

PARTIES: Final[Mapping[str, Role]] = {"csms": "csms", "charge_point": "station"}
"""Role -> what the product is called on the wire."""
FEATURES: Final = means(
    "Answers that switch single cases; other questions are asked of a back office than of a charge point."
)
_Reason = Annotated[str, Meta(pattern="\\S")]
_CLAIM_TABLES = ("product", "features", "hardware", "limits", "security", "performance", "settings", "people")


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a case is expected to end with, and why; in the file a text alone stands for a FAIL with that reason."""

    verdict: Annotated[Literal["FAIL", "ERROR"], means("What the case ends with because of the product.")]
    reason: Annotated[_Reason, means("Why.", "issue 124: ...")]


class Sut(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a run knows about the system under test before it starts.

    Each version has a class of its own, with tables for what it asks (``profiles``, ``features``, ``hardware``,
    ``limits``); who does not know the version asks for them by name (`answer`).
    """

    version: Annotated[str, NOT_IN_FILE]  # of OCPP, as "1.6"
    source: Annotated[str, NOT_IN_FILE]  # what sentences call it: the file's name, or "--csms" for an address alone
    digest: Annotated[str | None, NOT_IN_FILE]  # sha256 of the resolved content without secrets; None without a file
    product: Product
    connection: Connection
    endpoints: Annotated[
        dict[str, Endpoint],
        InFile(dict[Literal["1", "2", "3"], Annotated[Endpoint, Named("endpoint")]]),
        means(
            "Where, and as which stations, the security cases connect with a security profile that is not that of "
            "[connection]."
        ),
    ] = {}
    lanes: Annotated[
        tuple[Lane, ...],
        Meta(min_length=1),
        means("Station identities the run may use; one worker owns one.", [{"identity": "CP-0001"}]),
    ] = ()
    # as the file has them; loading makes them the lanes
    stations: Annotated[
        tuple[Station, ...],
        Meta(min_length=1),
        means(
            "The charge points under test, all of the same model; one worker owns one. A single one needs no identity: "
            "the first that connects is it.",
            [{"identity": "CP-0001"}],
        ),
    ] = ()
    identities: Identities | None = None
    profiles: Any = None
    features: Any = None
    hardware: Any = None
    limits: Any = None
    questions: Annotated[
        dict[Text, Annotated[bool, Meta(examples=[False])]],
        means(
            'Additional questions by their id, such as "AQ-2". Three are answered in `[features]` and not here: AQ-1 '
            "is `boot_pending`, AQ-6 is `reject_unknown_at_handshake`, CP-7 is `download_firmware_during_tx`."
        ),
    ] = {}
    security: Security = Security()
    performance: Performance = Performance()
    settings: Settings = Settings()
    people: People = People()
    oca_ref: Annotated[
        dict[str, Annotated[Text, Meta(examples=["C-11"])]],
        means('Labels of an official form beside our names, for example "features.unlock_connector" = "C-11".'),
    ] = {}
    run: Run = Run()
    background: Background = Background()
    tags: Tags = Tags()  # those of the first worker
    more_tags: Annotated[tuple[Tags, ...], NOT_IN_FILE] = ()  # and of those after it, where `[tags]` has lists
    timeouts: Timeouts = Timeouts()
    keys: Keys = Keys()
    boot: Boot = Boot()
    smart: Smart = Smart()
    files: Files = Files()
    tls: Tls = Tls()
    operator: Annotated[
        OperatorSettings,
        Kinds("Who acts on the back office.", "none"),
        means("Who presses the buttons of the back office."),
    ] = NoOperator()
    driver: Annotated[
        DriverSettings,
        Kinds("Who acts at the station.", "manual"),
        means("Who plugs cables in and holds cards to the reader of a charge point."),
    ] = NoDriver()
    fixtures: Annotated[
        FixtureSettings,
        Kinds("Who makes and removes them.", "rest"),
        means("How stations and tags are made known to the back office before a run, and removed after it."),
    ] = NoFixtures()
    expected_failures: Annotated[
        dict[str, Annotated[_Reason | Expected, Meta(examples=["issue 123: ..."])]],
        means(
            "Case id = reason. The run turns red the day such a case passes. With a table an ERROR is expected instead "
            "of a FAIL."
        ),
    ] = {}
    secrets: Annotated[tuple[Secret, ...], NOT_IN_FILE] = ()

    @property
    def role(self) -> str:
        """`csms` or `charge_point`: what the system under test is."""
        return self.product.sut

    @property
    def party(self) -> Role:
        """Which end of a connection the product is."""
        return PARTIES[self.role]

    @property
    def name(self) -> str:
        """What a report calls the product: its designation, else its address."""
        return self.product.designation or self.connection.url or "charge point"

    @property
    def lane_count(self) -> int | None:
        """How many workers can run at once; None when there is no limit."""
        return len(self.lanes) if self.lanes else None

    @property
    def request_s(self) -> float:
        """Seconds that a case waits for a CALL that somebody has to cause; a person needs longer than an API."""
        person = isinstance(self.operator, ManualSettings) or isinstance(self.driver, ManualDriver)
        return self.timeouts.message_s + (self.timeouts.operator_s if person else 0)

    @property
    def is_awaited(self) -> bool:
        """Whether somebody has to bring the product in once the run has begun."""
        comes_along = isinstance(self.driver, SimulatedDriver) and self.driver.api is None
        return self.party == "station" and not comes_along

    @property
    def fresh_identities(self) -> bool:
        """Whether every case plays a station of its own, instead of the one of its worker's lane."""
        return not self.lanes and (self.identities or Identities()).fresh

    @property
    def fresh_tags(self) -> bool:
        """Whether every case has tags of its own made to charge with, instead of those of its worker."""
        return not isinstance(self.fixtures, NoFixtures | TriggerFixtures) and self.fixtures.tags_per == "case"

    def lane(self, index: int, run: str = "", case: str = "") -> Lane:
        """The lane of worker `index`, which counts from 0, in a run, or in one case of it.

        Raises SutError when there is no such lane.
        """
        if self.lanes:
            if index >= len(self.lanes):
                known, table = len(self.lanes), "[[stations]]" if self.stations else "[[lanes]]"
                raise SutError(
                    [
                        f"{self.source}: worker {index + 1} has no lane, because the file lists {known} {table}; "
                        f"run with -n {known} at most or add a {table} table per worker"
                    ]
                )
            lane = self.lanes[index]
            return msgspec.structs.replace(lane, auth_key=lane.auth_key or self.connection.auth_key)
        source = self.identities or Identities()
        return Lane(
            identity=source.identity(index + 1, run, case),
            connectors=source.connectors,
            auth_key=self.connection.auth_key,
        )

    def tags_of(self, worker: int) -> Tags:
        """The tags of a worker, which counts from 0; with more workers than tags some have the same."""
        sets = (self.tags, *self.more_tags)
        return sets[worker % len(sets)]

    def named_tags(self) -> dict[str, str]:
        """Every tag of the file under the key that it has there: `valid`, and `valid[1]` for the second of a list."""
        named: dict[str, str] = {}
        known = set()
        for number, tags in enumerate((self.tags, *self.more_tags)):
            for name, tag in msgspec.structs.asdict(tags).items():
                if tag is not None and (name, tag) not in known:  # a shorter list begins anew
                    known.add((name, tag))
                    named[f"{name}[{number}]" if number else name] = tag
        return named

    def answer(self, name: str) -> Any:
        """The answer to a question by its dotted name, e.g. `features.local_list.full`; None when unanswered.

        Raises AttributeError for a name that no question has.
        """
        value: Any = self
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else getattr(value, part)
        return value

    def expected(self, case_id: str) -> Expected | None:
        """What a case is expected to end with, None for one that is to pass."""
        expected = self.expected_failures.get(case_id)
        return Expected(verdict="FAIL", reason=expected) if isinstance(expected, str) else expected

    def claimed(self, name: str) -> bool:
        """Whether a question counts as answered yes: only an explicit false hides cases, silence never does."""
        return self.answer(name) is not False

    def affirmed(self, name: str) -> bool:
        """Whether a question is answered yes; no when the version does not ask it."""
        try:
            return self.answer(name) is True
        except AttributeError:
            return False

    def claims(self) -> dict[str, Any]:
        """The answers as plain JSON types for `results.json`; all profiles are listed, null is "unanswered"."""
        claims: dict[str, Any] = {"profiles": msgspec.structs.asdict(self.profiles), "questions": dict(self.questions)}
        for table in _CLAIM_TABLES:
            claims[table] = answers(getattr(self, table))
        return claims

    def scrub(self, text: str) -> str:
        """Replace the secrets of this file in a text by `***`, before it is printed or stored."""
        return scrub(text, self.secrets)
