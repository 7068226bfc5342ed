"""Making a station of a security case known to the back office: its security profile and its key.

A back office that is not plugproof's own has been told by its users, as `docs/security-cases.md` says.
"""

from urllib.parse import quote

from harness.adapters.web.http import HttpCaller
from harness.sut import Link, ReferenceSettings, Sut, key_bytes


async def make_known(sut: Sut, link: Link) -> None:
    """Have plugproof's own back office expect the station with this profile and key. Raises OperatorError."""
    if not isinstance(sut.operator, ReferenceSettings):
        return
    settings = sut.operator
    http = HttpCaller("operator reference", timeout_s=settings.timeout_s, scrub=sut.scrub, proxies=False)
    station = f"{settings.api.rstrip('/')}/api/v1/stations/{quote(link.identity, safe='')}"
    password = None if link.auth_key is None or link.profile not in (1, 2) else key_bytes(link.auth_key).hex()
    try:
        await http.send("PUT", station, json={})
        await http.send("PUT", f"{station}/security", json={"profile": link.profile, "password": password})
    finally:
        await http.close()
