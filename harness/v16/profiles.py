"""The profiles of OCPP 1.6, and the decorator of its cases."""

from typing import Final

from harness.case.facts import Cases
from harness.case.profiles import Profiles
from ocppj.v16 import PROTOCOL
from schemas.profiles import profiles

PROFILES: Final = Profiles(profiles(PROTOCOL.version))
CLAIMED: Final = {profile.key: profile.name for profile in profiles(PROTOCOL.version) if profile.key is not None}
"""Question in `[profiles]` -> the profile as results name it."""

case: Final = Cases(PROTOCOL.version, PROFILES.names, PROFILES.optional)
