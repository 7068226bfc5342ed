"""What this back office does in its own way although the standard leaves it open: one switch for each habit."""

from typing import Literal

import msgspec


class Habits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All habits together are the default; `PLAIN` has none."""

    one_transaction_per_tag: bool = True
    """A tag that charges somewhere cannot start a second time: ConcurrentTx (1.6 §7.2)."""

    remembers_strangers: bool = True
    """A tag that nobody issued is Invalid when it is met first. It is noted then, and Blocked from now on."""

    talks_after_boot: bool = True
    """After every boot it reads and changes configuration keys and triggers a message, unasked."""

    breather_s: float = 0.05
    """Seconds it needs between two connections of one identity, until its queues are gone."""

    too_soon: Literal["refuses", "breaks"] = "breaks"
    """What becomes of a station that comes back earlier: HTTP 503, or a connection that ends with its first message."""

    requests_per_login: int = 3
    """After so many requests a token of the API has expired; 0: it never does."""

    answers_late: bool = True
    """The API answers when the stations have answered; otherwise before they were asked."""

    times: Literal["zulu", "milliseconds", "local"] = "local"
    """UTC in whole seconds or in milliseconds, or the local time with its zone."""

    first_transaction: int = 2_000_000_000
    """The id of the first transaction. All stations share the sequence."""

    heartbeat_s: int = 47
    """The interval that every station is told."""

    own_profile_ids: bool = True
    """Charging profiles are numbered here; otherwise the number that an operator gives is used."""

    own_list_versions: bool = True
    """Versions of local lists are counted here, above the one that the station says it has."""

    spells_out: bool = True
    """Optional members are there wherever there is something to say; otherwise only where they are needed."""

    plain_keys: bool = True
    """An AuthorizationKey is given to the API as text, and encoded here; otherwise in hexadecimal digits."""


PLAIN = Habits(
    one_transaction_per_tag=False,
    remembers_strangers=False,
    talks_after_boot=False,
    breather_s=0,
    requests_per_login=0,
    answers_late=False,
    times="zulu",
    first_transaction=1,
    heartbeat_s=300,
    own_profile_ids=False,
    own_list_versions=False,
    spells_out=False,
    plain_keys=False,
)
