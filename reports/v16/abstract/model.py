"""The neutral model of an abstract: what is printed, whatever the layout (`schemas/documents/abstract.schema.json`).

Times are milliseconds as measured and seconds as declared; nothing is rounded before it is printed.
"""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from reports.documents.sources import Source
from reports.v16.abstract.sources import SOURCES

Layout = Literal["2023", "2024"]
Role = Literal["csms", "charge_point"]
ProfileKey = Literal[
    "core",
    "firmware_management",
    "smart_charging",
    "reservation",
    "local_auth_list",
    "remote_trigger",
    "advanced_security",
]
Word = Literal["Pass", "Fail", "Inconclusive", "Partial", "Not claimed"]
"""`Partial`: not all cases that apply were run, and those that were did not fail; it is printed as their number."""
Answer = Literal["Yes", "No"]
MeasureKey = Literal[
    "ocpp_response", "authorize_response", "triggered_function", "remote_start_authorization", "remote_stop_end"
]
Count = Annotated[int, Meta(ge=0)]
Milliseconds = Annotated[float, Meta(ge=0)]
UNIT: Final = "seconds"
"""The unit of every printed performance value."""


class Harness(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tool that made the report."""

    name: str
    version: str
    test_suite_version: str


class Lab(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where it was tested; `reference` is the laboratory's own name for the report."""

    name: str | None = None
    location: str | None = None
    reference: str | None = None


class Product(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who made what."""

    sut: Role
    holder: str | None = None
    vendor: str | None = None
    designation: str | None = None
    software_version: str | None = None
    communication: str | None = None


class Spec(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The documents that were tested against; `security_paper` is null when no security case ran."""

    ocpp: str
    errata: str
    errata_j: str
    security_paper: str | None = None


class Counts(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How many cases had which verdict."""

    passed: Count = field(default=0, name="pass")
    fail: Count = 0
    inconclusive: Count = 0
    error: Count = 0
    not_applicable: Count = 0
    not_run: Count = 0


class Functionality(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A feature profile and the word on it; `applicable` is null where the results do not say how many cases apply."""

    key: ProfileKey
    result: Word
    counts: Counts
    applicable: Count | None = None

    @property
    def run(self) -> int:
        """How many of its cases were begun."""
        counts = self.counts
        return counts.passed + counts.fail + counts.inconclusive + counts.error


class Question(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An additional question: what the vendor answered and, where a run can see it, what was observed."""

    id: str
    text: str | None = None
    answer: Answer | None = None
    observed: Answer | None = None


class Declared(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A maximum that the vendor declared, in `unit`."""

    key: MeasureKey
    max: Annotated[float, Meta(gt=0)]
    unit: str = UNIT


class Measured(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Response times of `n` samples in milliseconds, null without one; `timeouts` are no samples; `unit` is printed."""

    key: MeasureKey
    n: Count
    min_ms: Milliseconds | None = None
    max_ms: Milliseconds | None = None
    mean_ms: Milliseconds | None = None
    p95_ms: Milliseconds | None = None
    timeouts: Count = 0
    unit: str = UNIT


class Link(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was between the tool and the product while it was measured."""

    technology: str | None = None
    rtt_ms: Milliseconds | None = None


class Performance(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Declared and measured response times."""

    declared: tuple[Declared, ...] = ()
    measured: tuple[Measured, ...] = ()
    link: Link = Link()


class Limit(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One printed limit or setting that is no business of OCPP."""

    name: str
    value: str


class Configuration(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The tool with its version, and the limits and settings."""

    tool: str
    limits: tuple[Limit, ...] = ()


class Person(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who approves. There is no field for the signature: it stays an empty line."""

    name: str | None = None
    reviewer: str | None = None
    company: str | None = None
    department: str | None = None
    position: str | None = None
    location: str | None = None
    date: str | None = None


class Approval(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The statement of approval."""

    vendor: Person = Person()
    laboratory: Person = Person()


class Report(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The abstract of one run.

    `partial` is a sentence for every page when cases that apply were not run, `notices` are what has to be known before
    any value is read, `security_profiles` those that are claimed,
    `generated_at` is when the run ended (UTC), `outside` counts the cases that belong to no functionality, `mismatches`
    are sentences about answers of the vendor that the run contradicts, `asked` about what was sent instead of what was
    asked for, `untested` about cases that the product cannot do a step of or that were left out on purpose,
    `pics_digest` and `results_digest` are SHA-256 of the SUT file and of the results, and `sources` has a letter for
    every value that may be printed.
    """

    layout: Layout
    id: str
    generated_at: str
    harness: Harness
    disclaimer: Annotated[str, Meta(min_length=1)]
    lab: Lab
    product: Product
    spec: Spec
    functionalities: tuple[Functionality, ...]
    questions: tuple[Question, ...]
    performance: Performance
    configuration: Configuration
    approval: Approval
    partial: str | None = None
    notices: tuple[str, ...] = ()
    security_profiles: tuple[int, ...] = ()
    outside: Counts = Counts()
    mismatches: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    untested: tuple[str, ...] = ()
    pics_digest: str | None = None
    results_digest: str | None = None
    sources: dict[str, Source] = field(default_factory=lambda: dict(SOURCES))
