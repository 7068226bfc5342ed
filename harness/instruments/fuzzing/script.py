"""A finding as a Python script of twenty lines: the standard library and `websockets`, for whoever has to mend it.

It sends the messages one after the other, prints what came back, and ends with 1 when the last one is still answered as
it was when it was found. What is secret (a key, a tag that came from the environment) it asks the environment for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

import msgspec

from harness.instruments.fuzzing.dialect import Dialect
from harness.instruments.fuzzing.problem import Problem
from harness.instruments.fuzzing.steps import call, message_id
from ocppj.evidence.trace import Role

MOST_LINES: Final = 20
_OPENINGS: Final = 1_000
"""From here on are the numbers of the messages that a connection begins with."""

_TO_CSMS: Final = """\
import json, os, ssl, sys, websockets.sync.client
URLS = <urls>
SENT = <sent>  # connection, texts
words, lines = {"@run": os.urandom(4).hex(), "@tag": <tag>, "@last": "nobody"}, {}
<tls>for number, texts in SENT:
    line = lines[number] = lines.get(number) or websockets.sync.client.connect(URLS[number], <options>)
    seen = []
    try:
        for text in texts:
            for word in words: text = text.replace(word, words[word])
            line.send(text)
        while frame := json.loads(line.recv(timeout=1)):
            if frame[0] == 2: words["@last"] = frame[1]
            else: seen.append(" ".join(["3", *sorted(frame[2])]) if frame[0] == 3 else f"4 {frame[2]}")
            if "<given>" in frame[2]: words[f'"@given{len(words) - 3}"'] = str(frame[2]["<given>"])
    except (TimeoutError, websockets.ConnectionClosed) as end:
        seen = ["closed"] if isinstance(end, websockets.ConnectionClosed) else seen or ["silence"]
print(f"{texts[-1][:200]} was answered with {seen}"); sys.exit(seen == <seen>)
"""
_TO_STATION: Final = """\
import functools, json, os, time, websockets.sync.server
SENT, NOW = <sent>, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
SAID = {"BootNotification": dict(status="Accepted", currentTime=NOW, interval=300), "Heartbeat": dict(currentTime=NOW)}
words = {"@run": os.urandom(4).hex(), "@tag": <tag>, "@last": "nobody"}
def hears(line, seen):
    try:
        while frame := json.loads(line.recv(timeout=1)):
            if frame[0] == 2: words["@last"] = frame[1]; line.send(json.dumps([3, frame[1], SAID.get(frame[2], {})]))
            else: seen.append(" ".join(["3", *sorted(frame[2])]) if frame[0] == 3 else f"4 {frame[2]}")
    except (TimeoutError, websockets.ConnectionClosed) as end:
        return ["closed"] if isinstance(end, websockets.ConnectionClosed) else seen or ["silence"]
def talks(line, seen=()):
    hears(line, [])  # until it has nothing more to say of its boot
    for _, texts in SENT:
        for text in texts:
            line.send(functools.reduce(lambda filled, word: filled.replace(word, words[word]), words, text))
        seen = hears(line, [])
    print(f"{texts[-1][:200]} was answered with {seen}", flush=True); os._exit(seen == <seen>)
websockets.sync.server.serve(talks, "127.0.0.1", int(os.environ.get("PORT", 9000)), <options>).serve_forever()
"""
_TEMPLATES: Final[Mapping[Role, str]] = {"csms": _TO_CSMS, "station": _TO_STATION}


class Where(msgspec.Struct, frozen=True, kw_only=True):
    """How a script gets at the product: ``urls`` of the connections, and what a handshake needs.

    ``tag`` is the valid tag, None where it is a secret. ``with_key``: HTTP Basic authentication is asked for;
    ``within_tls``: the address is of TLS, whose roots are named by the environment; ``with_certificate``: so is the
    certificate of the station.
    """

    urls: tuple[str, ...] = ()
    tag: str | None = None
    with_key: bool = False
    within_tls: bool = False
    with_certificate: bool = False


def script(problem: Problem, dialect: Dialect, where: Where, party: Role) -> str:
    """The text of the script, for a product that is this party of a connection."""
    options = [f'subprotocols=["{dialect.protocol.subprotocol}"]']
    options += ['additional_headers={"Authorization": "Basic " + os.environ["BASIC"]}'] if where.with_key else []
    options += ["ssl=TLS"] if where.within_tls else []
    tls = ['TLS = ssl.create_default_context(cafile=os.environ.get("CA_FILE"))\n'] if where.within_tls else []
    tls += ['TLS.load_cert_chain(os.environ["CERTIFICATE"], os.environ["KEY"])\n'] if where.with_certificate else []
    values = {
        "urls": json.dumps(list(where.urls)),
        "sent": _sent(problem, dialect),
        "tag": 'os.environ["TAG"]' if where.tag is None else json.dumps(where.tag),
        "given": next(iter(dialect.gives.values()), "-"),
        "options": ", ".join(options),
        "tls": "".join(tls),
        "seen": json.dumps(list(problem.seen)),
    }
    text = _about(problem) + _TEMPLATES[party]
    for name, value in values.items():
        text = text.replace(f"<{name}>", value)
    return text


def _sent(problem: Problem, dialect: Dialect) -> str:
    """What is written, by connection, with what each connection begins with."""
    found: list[tuple[int, list[str]]] = []
    opened: set[int] = set()
    for step in problem.steps:
        if step.line not in opened:
            opened.add(step.line)
            for place, (action, payload) in enumerate(dialect.opening, _OPENINGS * (step.line + 1)):
                found.append((step.line, list(call(step.line, "", action, payload, message_id(place)).texts)))
        found.append((step.line, list(step.texts)))
    return json.dumps(found)


def _about(problem: Problem) -> str:
    title = json.dumps(problem.title)[1:-1].replace('\\"', "'").replace("<", "(").replace("\\", "/")
    return f'"""{title} ({problem.rule}). Exit code 1: it is so still."""\n'
