"""The SUT file as the rest of the harness sees it: frozen, typed, secrets masked."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from harness.sut.errors import SutError
from harness.sut.fixtures import FixtureSettings, NoFixtures, TriggerFixtures
from harness.sut.link import Connection, Endpoint, Identities, Lane, Tls
from harness.sut.operation import ManualSettings, NoOperator, OperatorSettings
from harness.sut.pics import (
    Features,
    Hardware,
    Limits,
    People,
    Performance,
    Product,
    Profiles,
    Security,
    Settings,
    answers,
)
from harness.sut.secret import Secret, scrub
from harness.sut.values import Background, Boot, Files, Keys, Run, Smart, Tags, Timeouts

_CLAIM_TABLES = ("product", "features", "hardware", "limits", "security", "performance", "settings", "people")


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """What a case is expected to end with, and why; in the file a text alone stands for a FAIL with that reason."""

    verdict: Literal["FAIL", "ERROR"] = "FAIL"
    reason: str


class Sut(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a run knows about the system under test before it starts."""

    source: str  # what sentences call it: the file's name, or "--csms" when only an address was given
    digest: str | None  # sha256 of the resolved content without secrets; None when there is no file
    product: Product
    connection: Connection
    endpoints: dict[str, Endpoint] = {}
    lanes: tuple[Lane, ...] = ()
    identities: Identities | None = None
    profiles: Profiles = Profiles()
    features: Features = Features()
    hardware: Hardware = Hardware()
    limits: Limits = Limits()
    questions: dict[str, bool] = {}
    security: Security = Security()
    performance: Performance = Performance()
    settings: Settings = Settings()
    people: People = People()
    oca_ref: dict[str, str] = {}
    run: Run = Run()
    background: Background = Background()
    tags: Tags = Tags()  # those of the first worker
    more_tags: tuple[Tags, ...] = ()  # and of those after it, where `[tags]` has lists
    timeouts: Timeouts = Timeouts()
    keys: Keys = Keys()
    boot: Boot = Boot()
    smart: Smart = Smart()
    files: Files = Files()
    tls: Tls = Tls()
    operator: OperatorSettings = NoOperator()
    fixtures: FixtureSettings = NoFixtures()
    expected_failures: dict[str, str | Expected] = {}
    secrets: tuple[Secret, ...] = ()

    @property
    def role(self) -> str:
        """`csms` or `charge_point`: what the system under test is."""
        return self.product.sut

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
        """Seconds that a case waits for a CALL of the back office; a person needs longer than an API."""
        person = isinstance(self.operator, ManualSettings)
        return self.timeouts.message_s + (self.timeouts.operator_s if person else 0)

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
                known = len(self.lanes)
                raise SutError(
                    [
                        f"{self.source}: worker {index + 1} has no lane, because the file lists {known} [[lanes]]; "
                        f"run with -n {known} at most or add a [[lanes]] table per worker"
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
        return Expected(reason=expected) if isinstance(expected, str) else expected

    def claimed(self, name: str) -> bool:
        """Whether a question counts as answered yes: only an explicit false hides cases, silence never does."""
        return self.answer(name) is not False

    def claims(self) -> dict[str, Any]:
        """The answers as plain JSON types for `results.json`; all profiles are listed, null is "unanswered"."""
        claims: dict[str, Any] = {"profiles": msgspec.structs.asdict(self.profiles), "questions": dict(self.questions)}
        for table in _CLAIM_TABLES:
            claims[table] = answers(getattr(self, table))
        return claims

    def scrub(self, text: str) -> str:
        """Replace the secrets of this file in a text by `***`, before it is printed or stored."""
        return scrub(text, self.secrets)
