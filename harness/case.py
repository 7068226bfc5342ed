"""A case is data plus one function: ``@case`` attaches the data and never wraps the function.

A function may carry several ``@case`` decorators; then it is run once for each, with the parameters that each gives.
The id of the case is the pytest id, so ``-k TC_010`` selects it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec

from harness.profile_names import PROFILES, profile_named

_ATTRIBUTE: Final = "__plugproof_cases__"

Function = TypeVar("Function", bound=Callable[..., Awaitable[None]])


class Case(msgspec.Struct, frozen=True):
    """What is known of a case without running it. ``rules`` maps each full rid to our sentence for it.

    ``changes``: it changes the certificate or the security profile of its station for good.
    """

    id: str
    title: str
    sut: str
    profile: str
    ref: str
    rules: Mapping[str, str]
    needs: tuple[str, ...] = ()
    changes: bool = False
    parameters: Mapping[str, Any] = {}

    def rid(self, short: str) -> str:
        """``R4`` -> ``TC_010_CSMS.R4``. Raises ``KeyError`` for a rule the case does not promise to judge."""
        full = f"{self.id}.{short}"
        if full not in self.rules:
            raise KeyError(f"{self.id} names no rule {short}; add it to `rules` of its @case")
        return full


def is_selected(case: Case, *, sut: str | None = None, ids: Iterable[str] = (), profiles: Iterable[str] = ()) -> bool:
    """Whether a case is for this role and among these ids and profiles (in any spelling of `harness.profile_names`).

    What is not given selects everything. Raises ``UnknownProfile``.
    """
    wanted_ids = {id.upper() for id in ids}
    wanted_profiles = {profile_named(name) for name in profiles}
    return (
        sut in (None, case.sut)
        and (not wanted_ids or case.id in wanted_ids)
        and (not wanted_profiles or case.profile in wanted_profiles)
    )


def case(
    id: str,
    title: str,
    *,
    profile: str,
    ref: str,
    rules: Mapping[str, str],
    needs: Iterable[str] = (),
    changes: bool = False,
    sut: str | None = None,
    **parameters: Any,
) -> Callable[[Function], Function]:
    """Make an async function the case ``id``.

    ``profile`` is a key of ``PROFILES``; ``ref`` cites the standard; ``rules`` maps the short rid (``R4``) to the
    sentence that is printed when the check fails; ``needs`` are names of ``harness.claims``; ``changes`` is for a case
    that changes the credentials of its station for good. ``parameters`` are handed to the function as arguments.
    """
    fact = Case(
        id=id,
        title=title,
        sut=sut or ("csms" if id.endswith("_CSMS") else "charge_point"),
        profile=PROFILES[profile],
        ref=ref,
        rules={f"{id}.{short}": sentence for short, sentence in rules.items()},
        needs=tuple(needs),
        changes=changes,
        parameters=parameters,
    )

    def attach(function: Function) -> Function:
        # Decorators are applied from the bottom up; the cases keep the order in which they are read.
        setattr(function, _ATTRIBUTE, (fact, *cases_of(function)))
        return function

    return attach


def cases_of(function: object) -> tuple[Case, ...]:
    """The cases a function carries, in reading order; none for any other function."""
    cases: tuple[Case, ...] = getattr(function, _ATTRIBUTE, ())
    return cases
