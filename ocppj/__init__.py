"""OCPP-J: the JSON over WebSocket transport of OCPP, as an engine without I/O and two thin shells around it.

``frames`` reads and writes messages, ``session`` keeps one connection's state, ``rules`` judges every frame,
``evidence.trace`` records what was on the wire, ``matchers`` compare payloads with expectations; ``peers.aio``
(asyncio) and ``peers.sync`` (threads) carry the bytes. What they raise is in ``errors``. Each version stands in a
folder of its own, and ``versions.protocol("1.6")`` gives what the engine has to know of one. Sources are cited as in
``rules``: J = OCPP-J 1.6, S = OCPP 1.6 edition 2; P2, P4 = Part 2 and 4 of OCPP 2.0.1 edition 3.
"""
