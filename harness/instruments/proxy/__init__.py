"""`plugproof proxy`: stands between a station and a CSMS, passes every byte on, and judges both from a copy.

Two processes. The relay (`relay/`) has the sockets and does nothing but pass on; it hands a copy of what passed to the
other one, if that takes it. The other one judges (`judging/`), writes, and shows (`views/`). So no judgement, no slow
disk and no reader of a page is ever in the way of a message. `wire/` is what both know: frames of WebSocket, the
opening request, and the records they speak in. `faults/` breaks one rule on purpose.
"""
