"""A central system on the engine and a peer alone: the rules and the trace, no hub, no store. It keeps nothing.

For ``benchmarks.csms``, beside others that keep nothing either: ``ChargePoint`` of ``ocpp``, on ``websockets`` and
``uvloop`` too, and npm ``ocpp-rpc``.
"""

import json
from typing import Any, Final

import uvloop
from websockets.asyncio.server import ServerConnection, serve

from benchmarks.csms import OCPP
from benchmarks.engine import ANSWERS, NOW
from ocppj.frames import Call
from ocppj.peers.aio import Peer
from ocppj.session.session import Memory
from ocppj.v16 import PROTOCOL

_ANSWERS: Final[dict[str, dict[str, Any]]] = {
    **ANSWERS,
    "BootNotification": {"currentTime": NOW, "interval": 300, "status": "Accepted"},
    "StopTransaction": {},
}


async def _handle(call: Call) -> dict[str, Any]:
    return _ANSWERS[call.action]


async def _serve(connection: ServerConnection) -> None:
    await Peer.over_websocket(connection, "csms", protocol=PROTOCOL, handler=_handle, memory=Memory()).run()


async def _main() -> None:
    async with serve(_serve, "127.0.0.1", 0, subprotocols=[OCPP], compression=None) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(json.dumps({"url": f"ws://127.0.0.1:{port}"}), flush=True)
        await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_main())
