"""All duties that OCPP 1.6 lays on a CSMS, alone or together with the station, by the ids of our list of rules.

A duty is kept by the CSMS as `ocppj` and `csms_core` make it. `test_duty_coverage` sees to it that each has a test
named after it, or a reason in `WITHOUT_TEST`.
"""

from __future__ import annotations

from collections.abc import Mapping

DUTIES: Mapping[str, str] = {
    # connection
    "CON-01": "is the WebSocket server, version 13",
    "CON-03": "decodes the identity in the path",
    "CON-05": "agrees on exactly one offered subprotocol",
    "CON-06": "without a common subprotocol, leaves no usable connection",
    "CON-07": "answers an unknown identity with 404",
    "CON-10": "compresses only what was agreed on",
    "CON-11": "answers a ping",
    "CON-14": "lets a new connection replace the old one",
    "CON-15": "hears of a station at least once a day",
    "CON-16": "talks in text frames of one JSON value, takes fragments",
    "CON-17": "writes ASCII",
    # frames
    "RPC-01": "begins a message with 2, 3 or 4",
    "RPC-02": "gives a CALL four elements",
    "RPC-03": "gives a CALLRESULT three elements",
    "RPC-04": "gives a CALLERROR five elements",
    "RPC-05": "has ids of up to 36 characters",
    "RPC-06": "uses no id twice",
    "RPC-07": "answers with the id it was asked with",
    "RPC-08": "spells actions as the standard does",
    "RPC-09": "sends objects as payloads, takes null for an empty one",
    "RPC-10": "gives a CALLERROR a description and details",
    "RPC-11": "ignores unknown message types",
    "RPC-12": "does not answer what has no id",
    "RPC-13": "answers every CALL once",
    "RPC-14": "answers nothing but CALLs",
    "RPC-15": "has one CALL open per station",
    "RPC-16": "answers while its own CALL is open",
    "RPC-17": "drops an answer that comes too late",
    "RPC-19": "answers as the action it was asked for demands",
    # CALLERROR
    "ERR-01": "uses the ten codes",
    "ERR-02": "NotImplemented for unknown actions",
    "ERR-03": "NotSupported for actions it does not serve",
    "ERR-04": "names a missing member as such",
    "ERR-05": "names a wrong type as such",
    "ERR-06": "names a wrong value as such",
    "ERR-07": "refuses members nobody knows",
    "ERR-08": "says no with a status, not with a CALLERROR",
    "ERR-09": "refuses ids that are too long or in progress",
    "ERR-10": "says by CALLERROR that a message could not be processed",
    "ERR-11": "SecurityError before a boot was accepted",
    "ERR-14": "goes on after a CALLERROR",
    # values
    "VAL-01": "writes dates with their zone",
    "VAL-02": "reads fractions and offsets",
    "VAL-03": "has a steady precision of seconds",
    "VAL-04": "knows what time it is",
    "VAL-05": "keeps to the lengths of texts",
    "VAL-06": "takes an idTag in any case",
    "VAL-07": "takes idTags as they come",
    "VAL-08": "sends limits of one decimal",
    "VAL-09": "sends integers of 32 bits",
    "VAL-10": "spells enumerations letter by letter",
    "VAL-11": "expects samples as text",
    "VAL-12": "takes a frequency with and without Hertz",
    "VAL-13": "takes a stop without a reason for a local one",
    "VAL-14": "has no members beyond the schemas",
    "VAL-15": "judges by the corrected schemas",
    "VAL-16": "names connectors that exist",
    "VAL-17": "numbers transactions uniquely, from 1",
    "VAL-18": "keeps the numbers of reservations, lists and profiles",
    # boot
    "BOOT-05": "starts and stops nothing at a pending station",
    "BOOT-08": "tells the time at boot and heartbeat",
    "BOOT-09": "triggers no boot of an accepted station",
    "BOOT-11": "keeps Rejected for stations it knows",
    # authorization
    "AUTH-03": "gives every idTag a status",
    "LIST-02": "numbers lists neither 0 nor -1",
    "LIST-05": "sends the full list after a failed update",
    "LIST-07": "sends no more entries than the station takes",
    # transactions and status
    "TX-01": "answers a start with a number and the tag's status",
    "TX-02": "answers odd transaction messages, too",
    "TX-05": "books late messages at their own time",
    "TX-09": "takes transactionId -1",
    "TX-17": "takes status and transaction in either order",
    "TX-18": "books repetitions once",
    "STAT-08": "answers every status",
    "MV-10": "leaves to a sample what it leaves out",
    # operations
    "CFG-02": "asks for no more keys than the station takes",
    "DT-01": "knows which vendors and messages it does not know",
    "RMT-03": "sends proper profiles along with a remote start",
    "SC-01": "sets profiles where their purpose belongs",
    "SC-07": "begins schedules at 0 and lets them rise",
    "SC-09": "repeats recurring profiles only",
    "SC-18": "keeps to the limits for profiles of the station",
    "FW-06": "takes every status in any order",
    # security
    "SEC-01": "lets a station in with its profile only",
    "SEC-03": "asks for credentials before the upgrade",
    "SEC-04": "takes keys of any octets",
    "SEC-05": "changes keys when the station has",
    "SEC-07": "speaks TLS 1.2 or above",
    "SEC-08": "offers the cipher suites of the white paper",
    "SEC-10": "offers nothing weaker",
    "SEC-12": "checks client certificates",
    "SEC-13": "certifies proper keys and names",
    "SEC-15": "does not let a station sink to a lower profile",
    "SEC-17": "takes both kinds of RSA signatures",
}
"""What a CSMS has to do, by the id of the rule."""

WITHOUT_TEST: Mapping[str, str] = {}
"""Duties no test is named after, each with the reason why a CSMS has nothing to show."""
