"""Whether a connection that is open may stay when what its station may connect with has changed.

A key or a profile that changes over OCPP leaves the connection alone: the station reconnects with the new one by itself
(OCPP-J §6.2.2; white paper A01, A05). An operator who takes away what a connection has proved itself by ends it.
"""

from __future__ import annotations

from csms_core.auth import terms
from csms_core.auth.doorman import Admitted
from csms_core.store.credentials import Credentials


def reason_to_end(
    admitted: Admitted, identity: str, before: Credentials, after: Credentials, minimum: int
) -> str | None:
    """Why the connection would not be let in any more, None: it may stay.

    `minimum` is the lowest security profile of the CSMS.
    """
    if before == after:
        return None
    allowed = terms.allowed_profiles(terms.Terms(minimum, after.profile, after.announced, after.password is not None))
    if admitted.profile not in allowed:
        return f"security profile {admitted.profile} is not allowed any more"
    is_asked = after.password is not None or terms.NONE not in allowed
    if admitted.profile in (terms.BASIC, terms.TLS_BASIC) and after.password != before.password and is_asked:
        return "the password was changed"
    if admitted.profile in (terms.BASIC, terms.TLS_BASIC) and after.user_name != before.user_name and is_asked:
        return "the user name was changed"
    names = {identity, after.serial_number or identity}
    if admitted.profile == terms.TLS_CERTIFICATE and admitted.common_name not in names:
        return "the name of the certificate is not that of the station any more"
    return None
