"""The seam of the functional blocks: one module with one `Feature` per block, put together by the station.

What a feature brings is the same in every version (`station.feature`). The variables of the device model are data
(`device_model.standard`).
"""

from __future__ import annotations

from functools import cache

from simulator.station.feature import Feature as AnyFeature
from simulator.station.feature import Features as AllFeatures
from simulator.station.feature import Heard
from simulator.v201.device_model.variables import Place
from simulator.v201.parts import Parts


class Feature(AnyFeature):
    """A part of a station that can be left out. Subclasses have `__slots__` and override what they need."""

    __slots__ = ()

    parts: Parts
    features: Features

    def verdict(self, place: Place, value: str) -> str | None:
        """The attributeStatus of a SetVariables when it is not for the usual rules to say; None leaves it to them."""
        return None


@cache
def heard(features: tuple[type[Feature], ...]) -> Heard:
    """What all stations with these features share, worked out once."""
    return Heard(features, Feature, Features)


class Features(AllFeatures):
    """The features of one station."""

    __slots__ = ()
    _all: tuple[Feature, ...]

    def __init__(self, kinds: tuple[type[Feature], ...], parts: Parts) -> None:
        """Each of them is given `parts`, of which so far only the context is there."""
        super().__init__(heard(kinds), parts)

    def verdict(self, place: Place, value: str) -> str | None:
        found = (feature.verdict(place, value) for feature in self._hearing("verdict"))
        return next((one for one in found if one is not None), None)
