"""A case is data plus one function: ``@case`` attaches the data and never wraps the function.

A function may carry several ``@case`` decorators; then it is run once for each, with the parameters that each gives.
The id of the case is the pytest id, so ``-k TC_010`` selects it.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from typing import Any, Final, Protocol, TypeVar

import msgspec

_ATTRIBUTE: Final = "__plugproof_cases__"

Function = TypeVar("Function", bound=Callable[..., Awaitable[None]])


class CaseFacts(Protocol):
    """What has to be known of a case to say whether it applies."""

    @property
    def id(self) -> str: ...

    @property
    def profile(self) -> str: ...

    @property
    def needs(self) -> Collection[str]: ...


class Case(msgspec.Struct, frozen=True):
    """What is known of a case without running it. ``rules`` maps each full rid to our sentence for it.

    ``changes``: it changes the certificate or the security profile of its station for good. ``version`` is that of
    OCPP; None: it is of no catalogue, as a look is. ``optional``: it runs only when it or its profile is asked for.
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
    version: str | None = None
    optional: bool = False

    def rid(self, short: str) -> str:
        """``R4`` -> ``TC_010_CSMS.R4``. Raises ``KeyError`` for a rule the case does not promise to judge."""
        full = f"{self.id}.{short}"
        if full not in self.rules:
            raise KeyError(f"{self.id} names no rule {short}; add it to `rules` of its @case")
        return full


def is_selected(
    case: Case,
    *,
    sut: str | None = None,
    version: str | None = None,
    ids: Iterable[str] = (),
    profiles: Iterable[str] = (),
) -> bool:
    """Whether a case is for this role and version, and among these ids and profiles (as results name them).

    What is not given selects everything but optional cases.
    """
    wanted_ids, wanted_profiles = {id.upper() for id in ids}, set(profiles)
    return (
        sut in (None, case.sut)
        and version in (None, case.version)
        and (not wanted_ids or case.id in wanted_ids)
        and (not wanted_profiles or case.profile in wanted_profiles)
        and (not case.optional or bool(wanted_ids or wanted_profiles))
    )


class Cases(msgspec.Struct, frozen=True):
    """The decorator ``@case`` of a version. ``profiles``: profile as a case names it -> as results name it.

    ``optional`` are the profiles, as results name them, of which the cases run only when they are asked for.
    """

    version: str
    profiles: Mapping[str, str]
    optional: frozenset[str] = frozenset()

    def __call__(
        self,
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

        ``profile`` is a key of ``profiles``; ``ref`` cites the standard; ``rules`` maps the short rid (``R4``) to the
        sentence that is printed when the check fails; ``needs`` are names of the needs of the version; ``changes`` is
        for a case that changes the credentials of its station for good. ``parameters`` are handed to the function as
        arguments.
        """
        fact = Case(
            id=id,
            title=title,
            sut=sut or ("csms" if id.endswith("_CSMS") else "charge_point"),
            profile=self.profiles[profile],
            ref=ref,
            rules={f"{id}.{short}": sentence for short, sentence in rules.items()},
            needs=tuple(needs),
            changes=changes,
            parameters=parameters,
            version=self.version,
            optional=self.profiles[profile] in self.optional,
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
