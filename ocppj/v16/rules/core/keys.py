"""The configuration keys that the feature profiles of a station ask for, and who may write them (S chapter 9)."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec


class Group(msgspec.Struct, frozen=True):
    """Keys by who may write them; ``either``: the station decides."""

    writable: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    either: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """All of them."""
        return self.writable + self.fixed + self.either


CORE: Final = Group(
    writable=(
        "ClockAlignedDataInterval",
        "ConnectionTimeOut",
        "ConnectorPhaseRotation",
        "HeartbeatInterval",
        "LocalAuthorizeOffline",
        "LocalPreAuthorize",
        "MeterValuesAlignedData",
        "MeterValuesSampledData",
        "MeterValueSampleInterval",
        "ResetRetries",
        "StopTransactionOnInvalidId",
        "StopTxnAlignedData",
        "StopTxnSampledData",
        "TransactionMessageAttempts",
        "TransactionMessageRetryInterval",
    ),
    fixed=("GetConfigurationMaxKeys", "NumberOfConnectors", "SupportedFeatureProfiles"),
    either=("AuthorizeRemoteTxRequests", "UnlockConnectorOnEVSideDisconnect"),
)
"""Those that every station has."""

OF_PROFILE: Final[Mapping[str, Group]] = {
    "LocalAuthListManagement": Group(
        writable=("LocalAuthListEnabled",), fixed=("LocalAuthListMaxLength", "SendLocalListMaxLength")
    ),
    "SmartCharging": Group(
        fixed=(
            "ChargeProfileMaxStackLevel",
            "ChargingScheduleAllowedChargingRateUnit",
            "ChargingScheduleMaxPeriods",
            "MaxChargingProfilesInstalled",
        )
    ),
}
"""Feature profile as on the wire -> its keys, beside those of Core."""


def required(profiles: Collection[str]) -> Group:
    """All keys that a station with these feature profiles, in any letter case, has to have."""
    wanted = {profile.strip().casefold() for profile in profiles}
    groups = [CORE, *(group for profile, group in OF_PROFILE.items() if profile.casefold() in wanted)]
    return Group(
        tuple(key for group in groups for key in group.writable),
        tuple(key for group in groups for key in group.fixed),
        tuple(key for group in groups for key in group.either),
    )
