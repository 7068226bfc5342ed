"""What looks like a broken rule of the chapters 6 to 13 and is none: outages, retries, clocks, what nobody saw."""

from collections.abc import Mapping
from typing import Any, Final

import pytest

from ocppj import frames
from ocppj.v16.rules.facts import MOST_CONNECTORS, MOST_TRANSACTIONS
from tests.ocppj.rules.broken.core.authorization import ASKS, REMOTE
from tests.ocppj.rules.broken.core.commands import SOFT
from tests.ocppj.rules.broken.core.metering import (
    ALIGNED,
    BEGIN,
    BOTH,
    EACH_MINUTE,
    END,
    LATER,
    PERIODIC,
    TRIGGERED,
    VOLTAGE,
    ends,
    triggers,
)
from tests.ocppj.rules.broken.core.status import AT_ONCE, OUT_OF_SERVICE
from tests.ocppj.rules.broken.core.transactions import RUNS, STOP, TWO_ATTEMPTS, VALUES, failing
from tests.ocppj.rules.broken.model import Conversation, after, told
from tests.ocppj.rules.broken.profiles import (
    HELD,
    ONE_PROFILE,
    cancels,
    clears,
    composite,
    diagnostics,
    fetches,
    firmware,
    has_version,
    reserves,
    sends,
    sets_for,
    updates,
)
from tests.ocppj.rules.broken.said import (
    ENERGY,
    agreed,
    asks_for,
    authorizes,
    boots,
    change,
    changes_through,
    is_now,
    meters,
    one,
    passes,
    reconnects,
    refused,
    restarts,
    sets,
    starts,
    stops,
    unanswered,
)
from tests.ocppj.support.talk import NOW, START, STATUS, Talk, remote_start, set_profile

CHAPTERS: Final = (
    "AUTH",
    "AVL",
    "CFG",
    "DT",
    "FW",
    "LIST",
    "MV",
    "RES",
    "RMT",
    "RST",
    "SC",
    "STAT",
    "TRG",
    "TX",
    "UNL",
)
"""The rules that are meant here; that some of these frames break rules of frames is nobody's affair."""


def texts(*said: tuple[str, str]) -> Conversation:
    """Frames as they are, with who sends them."""

    def conversation(talk: Talk) -> None:
        for sender, text in said:
            talk.session.observe(sender, frames.parse(text), talk.now)  # type: ignore[arg-type]

    return conversation


def many(what: Any, *values: Any) -> Conversation:
    return after(passes(0), *(what(value) for value in values))


TAGS: Final = [f"tag {number}" for number in range(20)]
PREAUTHORIZED: Final = told(LocalPreAuthorize="true", AuthorizationCacheEnabled="false")
ONE_CONNECTOR: Final = told(NumberOfConnectors="1")
UNTOLD: Final = unanswered("station", "StartTransaction", **START)
"""A StartTransaction that nobody answered."""
CLOCK: Final = told(ClockAlignedDataInterval="3600")
INOPERATIVE: Final = {"connectorId": 1, "type": "Inoperative"}
LATE: Final = after(starts(late=600), passes(60))
"""A transaction that began offline, ten minutes before it was told."""

ALARMS: Final[Mapping[str, Mapping[str, Conversation]]] = {
    "authorization": {
        "offline": after(ASKS, starts(late=30)),
        "just connected": after(told(LocalPreAuthorize="false"), authorizes("B2"), passes(2), starts()),
        "told again": after(ASKS, authorizes(), starts(), passes(30), starts(late=30)),
        "told again without leave": after(LATE, ASKS, starts(late=720)),
        "a list": after(told(LocalAuthListEnabled="true", AuthorizationCacheEnabled="false"), passes(60), starts()),
        "known tags": after(PREAUTHORIZED, passes(60), starts()),
        "nothing is known": after(passes(60), starts()),
        "no answer yet": after(ASKS, unanswered("station", "Authorize", idTag="A1"), authorizes("A1"), starts()),
        "many tags": after(told(LocalPreAuthorize="false"), many(authorizes, *TAGS), passes(60), starts(tag=TAGS[0])),
        "many remote starts": after(
            ASKS, many(lambda tag: agreed("RemoteStartTransaction", idTag=tag), *TAGS), starts(tag=TAGS[0])
        ),
        "a contract": after(
            ASKS, one("station", "DataTransfer", {"status": "Accepted"}, vendorId="v", messageId="Authorize"), starts()
        ),
        "other data": after(
            ASKS, one("csms", "DataTransfer", {"status": "Accepted"}, vendorId="v"), authorizes(), starts()
        ),
        "a remote start": after(told(AuthorizeRemoteTxRequests="false"), REMOTE, starts()),
        "a remote start, and nobody knows": after(REMOTE, starts()),
        "remote starts are asked for, this is none": after(
            told(AuthorizeRemoteTxRequests="true"), ASKS, authorizes(), starts()
        ),
        "an answer to an Authorize that was forgotten": after(
            texts(("station", '[2,"a","Authorize",{"idTag":"A1"}]')),
            many(authorizes, *TAGS),
            texts(("csms", '[3,"a",{"idTagInfo":{"status":"Accepted"}}]')),
        ),
        "the tag is shown for another connector": after(starts(), passes(60), authorizes(), stops(idTag="A1")),
        "the tag is shown in time": after(
            ONE_CONNECTOR, starts(), passes(60), authorizes(), passes(60), stops(idTag="A1")
        ),
        "another tag ends it": after(ONE_CONNECTOR, starts(), passes(60), authorizes("B2"), stops(idTag="B2")),
        "it is pulled out": after(
            ONE_CONNECTOR, starts(), passes(60), authorizes(), stops(idTag="A1", reason="EVDisconnected")
        ),
        "it had ended before": after(ONE_CONNECTOR, starts(), passes(60), authorizes(), stops(idTag="A1", late=30)),
        "a remote start asks": after(
            ONE_CONNECTOR,
            starts(),
            passes(60),
            agreed("RemoteStartTransaction", "Rejected", idTag="A1"),
            authorizes(),
            stops(idTag="A1"),
        ),
        "nobody has seen it begin": after(ONE_CONNECTOR, authorizes(), stops(idTag="A1")),
    },
    "transactions": {
        "the middle of a conversation": after(meters(), passes(60), stops(reason="Remote", meter=0), meters()),
        "an outage": after(
            RUNS, reconnects, passes(600), meters("110", late=500), meters("120"), stops(meter=130, late=1)
        ),
        "told again": after(RUNS, starts(meter=100, late=60), stops(), passes(30), stops(late=30)),
        "values are repeated after the end": after(
            starts(),
            lambda talk: refused("MeterValues", "InternalError", "m", **{**VALUES, "transactionId": 7})(talk),
            passes(60),
            stops(),
            lambda talk: refused("MeterValues", "InternalError", "n", **{**VALUES, "transactionId": 7})(talk),
        ),
        "values of the last second come after the end": after(RUNS, stops(meter=200), meters("200")),
        "another message fails": after(
            TWO_ATTEMPTS, failing(), refused("StopTransaction", "InternalError", "s", **{**STOP, "meterStop": 2})
        ),
        "it is sent again at once on a new connection": after(
            TWO_ATTEMPTS, failing(), reconnects, refused("StopTransaction", "InternalError", "s", **STOP)
        ),
        "it fails, and nobody knows how often it may": after(failing(1, 1, 1)),
        "it went through": after(
            TWO_ATTEMPTS,
            failing(),
            passes(10),
            one("station", "StopTransaction", **STOP),
            refused("StopTransaction", "InternalError", "s", **STOP),
        ),
        "an id of before": after(UNTOLD, passes(60), meters(id=5, late=90)),
        "an id of another connector": after(UNTOLD, passes(60), meters(id=5, connector=2)),
        "an id of the whole station": after(UNTOLD, passes(60), stops(5), stops(6)),
        "an id in an answer that cannot be read": after(
            texts(
                ("station", frames.call("s", "StartTransaction", START).raw),
                ("csms", '[3,"s",{"transactionId":5,"idTagInfo":{"status":"Fine"}}]'),
            ),
            passes(60),
            meters(id=5),
        ),
        "more than can be remembered": after(
            many(lambda n: starts(100 + n, connector=n), *range(1, MOST_TRANSACTIONS + 3)),
            unanswered("station", "StartTransaction", **{**START, "connectorId": 50}),
            passes(60),
            meters(id=101, connector=50),
        ),
        "more ends than can be remembered": after(
            many(stops, *range(100, 102 + MOST_TRANSACTIONS)), UNTOLD, passes(60), meters(id=100)
        ),
        "a transaction that was forgotten fails": after(
            texts(("station", frames.call("s", "StartTransaction", START).raw)),
            stops(-1),
            texts(("csms", '[4,"s","InternalError","",{}]')),
        ),
        "-1 of none": after(RUNS, stops(-1), meters("110"), stops(meter=120)),
        "an id that was given twice": after(
            starts(7), starts(7, connector=2, tag="B2"), passes(60), meters(connector=2)
        ),
        "an id that is none": after(starts(0), stops(0)),
        "a clock that was set back": after(RUNS, meters("150"), meters("120", late=90), stops(meter=149, late=90)),
        "other registers": after(
            RUNS,
            meters("150"),
            passes(60),
            meters(
                {"value": "1", "phase": "L1"},
                {"value": "1", "location": "Inlet"},
                {"value": "AA", "format": "SignedData"},
                {"value": "none"},
                {"value": "1", "unit": "Wh", "measurand": "Energy.Active.Export.Register"},
                {"value": "1", "unit": "A"},
            ),
        ),
        "rounded values": after(
            RUNS, meters("999.6"), passes(1), meters({"value": "1.0", "unit": "kWh"}), stops(meter=999)
        ),
        "offsets": after(
            RUNS,
            lambda talk: talk.exchange(
                "station",
                "MeterValues",
                {
                    "connectorId": 1,
                    "transactionId": 7,
                    "meterValue": [{"timestamp": "2026-11-21T10:30:00.000+00:30", "sampledValue": [{"value": "120"}]}],
                },
                {},
            ),
        ),
        "more connectors than are remembered": many(
            lambda n: after(starts(n, connector=n, meter=100), stops(n, meter=200)), *range(1, MOST_CONNECTORS + 2)
        ),
        "a new meter": after(RUNS, stops(meter=200), restarts, starts(8, meter=0)),
        "other connectors": after(RUNS, stops(meter=200), starts(8, meter=0, connector=2)),
        "a start that is told again after the end": after(
            starts(meter=100), stops(7, meter=200), passes(1), starts(8, meter=200), starts(8, meter=200)
        ),
        "a list changes what is said of the tag": after(RUNS, sends(1), stops(reason="DeAuthorized")),
        "commands that ended nothing": after(
            RUNS,
            agreed("RemoteStopTransaction", "Rejected", transactionId=7),
            agreed("RemoteStopTransaction", "Rejected", transactionId=8),
            agreed("Reset", "Rejected", type="Soft"),
            agreed("UnlockConnector", "UnlockFailed", connectorId=1),
            agreed("UnlockConnector", "NotSupported", connectorId=2),
            stops(reason="Local"),
        ),
        "two commands": after(
            RUNS,
            agreed("RemoteStopTransaction", transactionId=7),
            agreed("RemoteStopTransaction", transactionId=7),
            agreed("Reset", type="Hard"),
            agreed("Reset", type="Hard"),
            stops(reason="HardReset"),
        ),
        "it had ended before the reset": after(RUNS, agreed("Reset", type="Hard"), stops(late=30)),
        "nothing ran": after(agreed("Reset", type="Soft"), sends(1), restarts),
        "a cable is pulled out": after(RUNS, stops(reason="EVDisconnected")),
    },
    "refusals": {
        "a connector that there cannot be": refused(
            "MeterValues", "PropertyConstraintViolation", **{**VALUES, "connectorId": -1}
        ),
        "a tag that is none": refused("StartTransaction", "PropertyConstraintViolation", **{**START, "idTag": "A\x7f"}),
        "an id that is too long": refused("StartTransaction", "FormationViolation", "x" * 37, **START),
        "a CSMS that is out of order": refused("StopTransaction", "InternalError", **{**STOP, "transactionId": -1}),
    },
    "status": {
        "connectors wake one by one": after(
            AT_ONCE, is_now("Charging"), is_now("Available", 0), is_now("Available", 2)
        ),
        "a status may be kept back": after(changes_through("Available", "Finishing")),
        "an outage": after(AT_ONCE, is_now("Available"), reconnects, is_now("Finishing")),
        "a boot": after(AT_ONCE, is_now("Available"), boots, is_now("Finishing")),
        "one that cannot be read": after(
            AT_ONCE,
            is_now("Available"),
            lambda talk: talk.exchange("csms", "GetConfiguration", {"key": ["A"]}, {"unknownKey": ["A"]}),
            passes(1),
            lambda talk: setattr(talk, "kept", talk.calls("odd", "StatusNotification", {**STATUS, "status": "Odd"})),
            lambda talk: talk.is_answered("odd"),
            is_now("Finishing"),
        ),
        "more connectors than are remembered": many(
            lambda n: is_now("Available", n), *range(1, MOST_CONNECTORS + 4), MOST_CONNECTORS + 3
        ),
        "a transaction that is short": after(AT_ONCE, is_now("Available"), starts(), passes(15), meters(), stops()),
        "a status that may be kept back": after(is_now("Available"), starts(), passes(200), meters()),
        "offline all the time": after(AT_ONCE, is_now("Available"), LATE, meters(late=30), stops(late=30)),
        "offline at its beginning": after(AT_ONCE, is_now("Available"), LATE, meters(), stops()),
        "on another connection": after(
            AT_ONCE, is_now("Available"), starts(), reconnects, passes(60), meters(), stops()
        ),
        "out of service and back": after(
            OUT_OF_SERVICE, agreed("ChangeAvailability", connectorId=1, type="Operative"), restarts, is_now("Available")
        ),
        "the whole station is put into service": after(
            OUT_OF_SERVICE, agreed("ChangeAvailability", connectorId=0, type="Operative"), restarts, is_now("Available")
        ),
        "put into service by hand": after(OUT_OF_SERVICE, is_now("Available"), restarts, is_now("Available")),
        "still out of service": after(
            OUT_OF_SERVICE, restarts, is_now("Faulted"), is_now("Unavailable"), is_now("Faulted")
        ),
        "renewed": after(OUT_OF_SERVICE, updates(), restarts, is_now("Available")),
        "only scheduled": after(
            boots,
            agreed("ChangeAvailability", "Scheduled", **INOPERATIVE),
            is_now("Unavailable"),
            restarts,
            is_now("Available"),
        ),
        "never said": after(boots, agreed("ChangeAvailability", **INOPERATIVE), restarts, is_now("Available")),
        "another code means trouble": refused("StatusNotification", "GenericError", **STATUS),
    },
    "meter values": {
        "aligned, and nobody knows the interval": meters(ALIGNED, id=None),
        "aligned at short intervals": after(told(ClockAlignedDataInterval="5"), passes(58), meters(ALIGNED, id=None)),
        "aligned somewhere else on earth": after(CLOCK, passes(900), meters(ALIGNED, id=None)),
        "other values at any time": after(CLOCK, passes(77), meters(PERIODIC, id=None)),
        "aligned before the change": after(
            passes(600), told(ClockAlignedDataInterval="60"), meters(ALIGNED, id=None, late=20)
        ),
        "aligned before there were none": after(told(ClockAlignedDataInterval="0"), meters(ALIGNED, id=None, late=20)),
        "periodic before there were none": after(
            starts(), told(MeterValueSampleInterval="0"), passes(60), meters(PERIODIC)
        ),
        "periodic of whatever": after(told(MeterValueSampleInterval="0"), passes(60), meters(PERIODIC, id=None)),
        "no list": after(told(MeterValueSampleInterval="60"), LATER, passes(600), stops()),
        "a short transaction": after(told(**EACH_MINUTE), LATER, passes(60), stops()),
        "a transaction that began before": after(starts(), told(**EACH_MINUTE), passes(600), stops()),
        "a transaction over two connections": after(told(**EACH_MINUTE), LATER, reconnects, passes(600), stops()),
        "a transaction that ended offline": after(told(**EACH_MINUTE), LATER, passes(600), stops(late=60)),
        "a trigger before anybody looked": meters(TRIGGERED, id=None),
        "a clock that was set by years": after(
            lambda talk: talk.exchange(
                "station",
                "StartTransaction",
                {**START, "timestamp": "2000-01-01T00:00:00Z"},
                {"transactionId": 7, "idTagInfo": {"status": "Accepted"}},
            ),
            passes(60),
            meters(BEGIN),
            lambda talk: stops(transactionData=[{"timestamp": "2000-01-01T00:00:00Z", "sampledValue": [END]}])(talk),
        ),
        "ends of nobody": after(meters(BEGIN, END), passes(60), meters(END)),
        "one sample in two messages": after(
            told(MeterValuesSampledData=BOTH),
            LATER,
            meters(PERIODIC),
            meters(VOLTAGE),
            passes(60),
            meters(ALIGNED),
            stops(),
        ),
        "values without any of a list": after(
            told(MeterValuesSampledData=BOTH), LATER, meters(ALIGNED), passes(60), stops()
        ),
        "a list that came later": after(
            LATER, told(MeterValuesSampledData=BOTH), meters(PERIODIC), passes(60), meters(PERIODIC)
        ),
        "a list of what nobody knows": after(
            told(MeterValuesSampledData="SoC, Vendor.Thing"), LATER, meters(PERIODIC), passes(60), meters(PERIODIC)
        ),
        "a list that is told again": after(
            told(MeterValuesSampledData=ENERGY),
            LATER,
            told(MeterValuesSampledData=ENERGY),
            meters(PERIODIC),
            passes(60),
            stops(),
        ),
        "a list that changes": after(
            told(MeterValuesSampledData=BOTH),
            LATER,
            meters(PERIODIC),
            change("MeterValuesSampledData", ENERGY),
            stops(),
        ),
        "values of no transaction": after(
            told(MeterValuesSampledData=BOTH), meters(PERIODIC), meters(PERIODIC, id=None)
        ),
        "triggered before the list": after(triggers, told(MeterValuesSampledData=BOTH), meters(TRIGGERED, id=None)),
        "something else is triggered": after(
            told(MeterValuesSampledData=BOTH), passes(60), meters({"value": "1", "context": "Other"}, id=None)
        ),
        "transactionData before the lists": after(
            starts(), told(StopTxnSampledData="", StopTxnAlignedData=""), ends(END)
        ),
        "transactionData, one list is not known": after(told(StopTxnSampledData=""), LATER, ends(END)),
        "transactionData of nobody": after(told(StopTxnSampledData=ENERGY), ends(END)),
        "values of a transaction that ended just now": after(RUNS, stops(), meters(late=-3)),
        "values without a transaction, before its id": after(starts(), meters(id=None), passes(60), stops()),
        "values without a transaction, of before the outage": after(LATE, meters(id=None), passes(60), stops()),
        "values of the whole station": after(starts(), passes(60), meters(id=None, connector=0), passes(60), stops()),
        "values of another connector": after(starts(), passes(60), meters(id=None, connector=2), passes(60), stops()),
        "values without a transaction, which has none": after(UNTOLD, passes(60), meters(id=None), stops(-1)),
        "two without": after(LATE, meters(id=None), meters(id=None), stops()),
    },
    "configuration": {
        "fewer keys than were asked for": after(
            told(GetConfigurationMaxKeys="2"),
            texts(("csms", '[2,"g","GetConfiguration",{"key":["A"]}]'), ("station", '[3,"g",{"unknownKey":["a"]}]')),
        ),
        "the key that is secret": asks_for("AuthorizationKey", "HeartbeatInterval", HeartbeatInterval="1"),
        "a recording that is masked": asks_for("AuthorizationKey", AuthorizationKey="****"),
        "no keys at all": asks_for(),
        "a change after a boot": after(told(NumberOfConnectors="2"), boots, change("NumberOfConnectors", "3")),
        "a key that nobody knew": change("VendorKey", "1", "NotSupported"),
        "a value that is changed twice": after(
            change("HeartbeatInterval", "60"),
            change("HeartbeatInterval", "90"),
            asks_for("HeartbeatInterval", "ConnectionTimeOut", HeartbeatInterval="90", ConnectionTimeOut="7"),
        ),
        "a list with spaces": after(
            change("MeterValuesSampledData", "Voltage, SoC"),
            asks_for("MeterValuesSampledData", MeterValuesSampledData="voltage,SoC"),
        ),
        "a value of zeros": after(change("ResetRetries", "00"), asks_for("ResetRetries", ResetRetries="0")),
        "a change that got no answer": after(
            change("HeartbeatInterval", "60"),
            unanswered("csms", "ChangeConfiguration", key="HeartbeatInterval", value="90"),
            asks_for("HeartbeatInterval", HeartbeatInterval="90"),
        ),
        "a key of a vendor": after(change("VendorKey", "1"), asks_for("VendorKey", VendorKey="0")),
        "a value until the next boot": after(
            asks_for("MinimumStatusDuration", MinimumStatusDuration="0"),
            change("MinimumStatusDuration", "60", "RebootRequired"),
            asks_for("MinimumStatusDuration", MinimumStatusDuration="60"),
            changes_through("Available", "Finishing"),
            boots,
        ),
    },
    "commands": {
        "nothing ran": after(agreed("ChangeAvailability", **INOPERATIVE), starts(), passes(60), stops()),
        "it ran at another connector": after(
            RUNS,
            agreed("ChangeAvailability", **{**INOPERATIVE, "connectorId": 2}),
            passes(60),
            meters("110"),
            stops(meter=120),
        ),
        "it ended at once": after(RUNS, agreed("ChangeAvailability", **INOPERATIVE), stops(late=1)),
        "it is put into service": after(
            RUNS, agreed("ChangeAvailability", connectorId=1, type="Operative"), passes(60), stops()
        ),
        "two ways to say that it does not run": after(
            RUNS, agreed("ChangeAvailability", **INOPERATIVE), agreed("ChangeAvailability", **INOPERATIVE), stops()
        ),
        "a soft reset, and the end is told later": after(
            SOFT, restarts, passes(60), stops(reason="SoftReset", late=65)
        ),
        "a boot, and nothing ran": after(boots, agreed("Reset", type="Soft"), restarts, boots),
        "connector 0 is unlocked": agreed("UnlockConnector", "NotSupported", connectorId=9),
        "nobody knows how many connectors there are": agreed("UnlockConnector", "UnlockFailed", connectorId=9),
        "a connector without a transaction is unlocked": after(
            agreed("UnlockConnector", "Unlocked", connectorId=1),
            RUNS,
            agreed("UnlockConnector", "Unlocked", connectorId=2),
            stops(),
        ),
        "Idle before anybody looked": firmware("Idle"),
        "Idle, twice for one trigger": after(
            boots,
            agreed("TriggerMessage", requestedMessage="DiagnosticsStatusNotification"),
            diagnostics("Idle", "Idle"),
        ),
        "a vendor that is known": one("station", "DataTransfer", {"status": "Accepted", "data": "x"}, vendorId="v"),
        "a remote stop that crosses the end": after(
            RUNS,
            texts(("csms", '[2,"r","RemoteStopTransaction",{"transactionId":7}]')),
            stops(),
            texts(("station", '[3,"r",{"status":"Accepted"}]')),
        ),
        "a remote stop of nobody": agreed("RemoteStopTransaction", transactionId=9),
        "a remote start without a profile": agreed("RemoteStartTransaction", idTag="A1"),
    },
    "lists": {
        "an unanswered list": after(
            has_version(5),
            unanswered("csms", "SendLocalList", listVersion=3, updateType="Full"),
            sends(4),
        ),
        "a late answer": after(
            texts(("csms", '[2,"l","SendLocalList",{"listVersion":3,"updateType":"Full"}]')),
            sends(4, kind="Full"),
            texts(("station", '[3,"l",{"status":"Accepted"}]')),
            has_version(4),
        ),
        "a mismatch keeps the version": after(
            has_version(5), sends(4, "VersionMismatch"), sends(6, kind="Full"), sends(7)
        ),
        "an empty list": after(
            agreed("SendLocalList", listVersion=2, updateType="Full"),
            has_version(0),
            sends(1, kind="Full"),
        ),
        "a boot": after(sends(3, kind="Full"), boots, has_version(0)),
        "no lists after a boot": after(sends(3, "NotSupported", kind="Full"), boots, has_version(0)),
        "no lists": after(has_version(-1), sends(1, "NotSupported"), has_version(-1), sends(1, "NotSupported")),
    },
    "reservations": {
        "the reservation is over": after(
            boots, reserves(expiryDate="2026-11-21T10:00:30Z"), passes(60), starts(tag="B2")
        ),
        "a parent": after(boots, reserves(parentIdTag="P"), passes(60), starts(tag="B2", reservationId=5)),
        "another connector": after(HELD, starts(connector=2)),
        "began before": after(boots, reserves(), passes(60), starts(late=70, tag="B2")),
        "told again": after(HELD, starts(reservationId=5), passes(1), starts(late=1, reservationId=5)),
        "told again, and reserved meanwhile": after(
            starts(tag="B2"), boots, reserves(), passes(60), starts(tag="B2", late=60)
        ),
        "cancelled": after(HELD, cancels(), starts(tag="B2")),
        "a cancellation without an answer": after(
            HELD, unanswered("csms", "CancelReservation", reservationId=5), starts(tag="B2")
        ),
        "it was free again": after(HELD, is_now("Available"), starts(tag="B2")),
        "it is still reserved": after(HELD, is_now("Reserved"), is_now("Available", 2), starts(reservationId=5)),
        "a boot": after(HELD, boots, starts(tag="B2")),
        "reserved anew": after(HELD, cancels(), reserves(), cancels()),
        "reserved by another": after(HELD, reserves(reservationId=6), passes(60), starts(reservationId=6)),
        "refused": after(reserves(status="Occupied"), cancels("Rejected"), starts(tag="B2")),
        "the whole station": after(
            reserves(0), starts(), told(ReserveConnectorZeroSupported="true"), reserves(0, "Occupied")
        ),
        "used up, and nobody has seen it reserved": after(starts(reservationId=5), stops(), cancels("Rejected")),
    },
    "profiles": {
        "set without an answer": after(
            sets(1),
            unanswered("csms", "SetChargingProfile", **set_profile(chargingProfileId=2)[1]),
            clears("Unknown", id=1),
        ),
        "refused": after(sets(1), sets(2, status="Rejected"), clears(id=1)),
        "a late answer": after(
            texts(("csms", frames.call("p", "SetChargingProfile", set_profile(chargingProfileId=1)[1]).raw)),
            sets(2),
            texts(("station", '[3,"p",{"status":"Accepted"}]')),
            clears(id=2),
        ),
        "cleared without an answer": after(
            sets(1), unanswered("csms", "ClearChargingProfile"), clears("Unknown", id=1)
        ),
        "a late answer to clearing": after(
            ONE_PROFILE,
            texts(("csms", '[2,"c","ClearChargingProfile",{"id":1}]')),
            clears("Unknown", id=2),
            texts(("station", '[3,"c",{"status":"Accepted"}]')),
        ),
        "not the one": after(ONE_PROFILE, clears("Unknown", id=9), clears("Unknown", stackLevel=5), clears(id=1)),
        "set again": after(ONE_PROFILE, clears(id=1), sets(1), clears(id=1)),
        "set again after a boot": after(ONE_PROFILE, boots, sets(1), clears(id=1)),
        "one that ends": after(sets(1, validTo="2026-11-22T10:00:00Z"), clears("Unknown", id=1)),
        "renewed": after(ONE_PROFILE, updates(), clears("Unknown", id=1)),
        "a transaction ends while it is cleared": after(
            starts(),
            sets_for(7),
            texts(("csms", '[2,"c","ClearChargingProfile",{"id":1}]')),
            stops(),
            texts(("station", '[3,"c",{"status":"Accepted"}]')),
        ),
        "a profile of another transaction": after(
            starts(), starts(8, connector=2), sets_for(7), stops(8), clears(id=1)
        ),
        "a TxProfile without an id": after(
            starts(), sets(1, chargingProfilePurpose="TxProfile"), stops(), clears(id=1)
        ),
        "a TxProfile of nobody": after(sets_for(9), sets_for(9, connector=2, id=2)),
        "a transaction whose id is not known": after(UNTOLD, sets_for(9)),
        "a transaction that begins meanwhile": after(
            texts(
                (
                    "csms",
                    frames.call(
                        "p", "SetChargingProfile", set_profile(chargingProfilePurpose="TxProfile", transactionId=9)[1]
                    ).raw,
                )
            ),
            starts(7),
            texts(("station", '[3,"p",{"status":"Accepted"}]')),
        ),
        "a transaction that ends meanwhile": after(
            starts(7),
            passes(1),
            texts(
                (
                    "csms",
                    frames.call(
                        "p", "SetChargingProfile", set_profile(chargingProfilePurpose="TxProfile", transactionId=7)[1]
                    ).raw,
                )
            ),
            passes(1),
            stops(7),
            texts(("station", '[3,"p",{"status":"Accepted"}]')),
        ),
        "a composite schedule of nothing": lambda talk: talk.exchange(
            "csms", "GetCompositeSchedule", {"connectorId": 1, "duration": 60}, {"status": "Accepted"}
        ),
        "a composite schedule that is refused": composite(status="Rejected", connectorId=9),
        "a remote start with a profile": lambda talk: talk.exchange("csms", *remote_start()),
    },
    "transfers": {
        "two updates": after(
            boots, updates("2026-11-21T11:00:00Z"), updates(NOW), firmware("Downloading", "Downloaded")
        ),
        "an update that nobody saw begin": after(updates("2026-11-21T11:00:00Z"), firmware("Downloaded", "Installing")),
        "an update over a boot": after(
            boots,
            updates(),
            firmware("Downloading", "Downloaded", "Installing"),
            restarts,
            firmware("Installed"),
            updates(),
            firmware("Downloading"),
        ),
        "an update over an outage": after(
            boots,
            updates(retries=0),
            firmware("Downloading"),
            reconnects,
            firmware("Installed"),
        ),
        "an update that is repeated": after(
            boots, updates(), firmware("Downloading", "DownloadFailed", "Downloading", "DownloadFailed", "Downloading")
        ),
        "negative retries": after(boots, updates(retries=-1), firmware("Downloading", "DownloadFailed", "Downloading")),
        "no download at the moment that was wanted": after(
            boots, updates("2026-11-21T10:00:02Z"), firmware("Downloading")
        ),
        "an upload that is repeated": after(
            boots,
            fetches({"fileName": "f"}, retries=1),
            diagnostics("Uploading", "UploadFailed", "Uploading", "UploadFailed"),
            fetches({"fileName": "f"}, retries=0),
            diagnostics("Uploading"),
        ),
        "no file, while another is on its way": after(
            boots,
            fetches({"fileName": "f"}),
            fetches({}),
            diagnostics("Uploading", "Uploaded"),
        ),
        "no file, Idle": after(
            boots,
            agreed("TriggerMessage", requestedMessage="DiagnosticsStatusNotification"),
            fetches({}),
            diagnostics("Idle"),
        ),
        "an upload that nobody saw begin": diagnostics("Uploaded", "Uploading", "UploadFailed", "Uploading"),
    },
}


@pytest.mark.parametrize(
    "conversation",
    [pytest.param(one, id=f"{chapter}: {name}") for chapter, ones in ALARMS.items() for name, one in ones.items()],
)
def test_nobody_is_blamed_for_what_may_be_right(conversation: Conversation) -> None:
    talk = Talk("station")
    conversation(talk)
    assert [
        (one.rule, one.message) for one in talk.found if one.rule.startswith(CHAPTERS) and one.level != "INFO"
    ] == []


def test_a_meter_that_was_set_back_is_told_once_however_often_its_start_is() -> None:
    talk = Talk("station")
    after(starts(meter=100), stops(meter=200), passes(1), starts(8), passes(30), starts(8, late=30))(talk)
    assert [finding.rule for finding in talk.found] == ["TX-15"]


def test_nobody_is_blamed_where_there_is_no_wall_time() -> None:
    """Dates of a station are compared with the clock here; where there is none, nothing is said of them."""
    conversation = after(
        boots, told(ClockAlignedDataInterval="60", MeterValueSampleInterval="60"), starts(), reserves(connector=2),
        updates("2026-11-21T11:00:00Z"), firmware("Downloading"), agreed("ChangeAvailability", **INOPERATIVE),
        passes(77), meters(ALIGNED, id=None), composite(scheduleStart="2026-11-21T11:00:00Z"), stops(late=-60),
        meters(late=-80), starts(8, connector=2, tag="B2", late=-90),
    )  # fmt: skip
    talk = Talk("station", wall=None)
    conversation(talk)
    assert talk.found == []
