"""A firmware update with a real file: the CSMS offers it, the station fetches it, installs it and boots with it.

    plugproof station ws://127.0.0.1:9000/ocpp --script examples/station_firmware.py -- http://127.0.0.1:9001
    python examples/station_firmware.py ws://127.0.0.1:9000/ocpp http://127.0.0.1:9001

The second address is the HTTP API of `plugproof csms`, which is a file server as well.
"""

import asyncio
import sys

import httpx

from simulator import Station
from simulator.v16.profiles.firmware import make_image


async def scenario(station: Station, api: str, version: str = "2.0.0") -> None:
    async with httpx.AsyncClient(base_url=f"{api}/api/v1", timeout=30) as csms:
        file = make_image(version, b"what the station is made to do" * 1000)
        image = (await csms.post("/images", params={"name": "firmware.bin"}, content=file)).json()["image_id"]
        order = {"image": image, "retrieveDate": station.clock.now().isoformat(timespec="seconds")}
        job = (await csms.post(f"/stations/{station.id}/jobs/firmware", json=order)).json()["job_id"]

        await station.until(lambda s: s.connector(1).status == "Unavailable", within=10)
        await station.clock.sleep(8)  # an installation takes five seconds, and a boot two
        await station.until(lambda s: s.online, within=10)
        await station.delivered()

        told = (await csms.get(f"/jobs/{job}")).json()
        boot = (await csms.get(f"/stations/{station.id}")).json()["boot"]
    assert [each["status"] for each in told["history"]] == ["Downloading", "Downloaded", "Installing", "Installed"]
    assert boot["firmwareVersion"] == version
    print(f"runs {version}")


async def main(url: str, api: str) -> None:
    async with Station(url, id="CP1", firmware_version="1.0.0") as station:
        await scenario(station, api)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
