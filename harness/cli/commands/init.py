"""`plugproof init`: write a commented SUT file that passes `plugproof check`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import typer

from harness.edition import Claims, edition
from harness.exit_codes import ExitCode, of_os_error
from harness.sut import SutError
from harness.sut.reading import DEFAULT_VERSION, parse
from harness.sut.sentences import toml_value

DEFAULT_URL = "ws://127.0.0.1:9000/ocpp"
_COLUMN = 42


def run(file: Path, *, role: str = "csms", url: str | None = None, force: bool = False) -> int:
    """Write the file and print what to do next; returns the exit code."""
    if role not in _TEMPLATES:
        return _refuse(f"--role must be csms or charge-point, not {role}")
    if url is not None and "@URL@" not in _TEMPLATES[role]:
        return _refuse("--url is for a back office; a charge point connects to plugproof, so leave it out")
    text = content(role, url or DEFAULT_URL)
    try:
        parse(text, str(file), folder=file.parent, environ={})
    except SutError as error:
        # only the address comes from outside, so that is what the sentences are about
        return _refuse(*(sentence.replace(f"{file}: connection.url", "--url", 1) for sentence in error.sentences))
    try:
        with file.open("w" if force else "x", encoding="utf-8") as stream:
            stream.write(text)
    except FileExistsError:
        return _refuse(f"{file}: exists already; choose another name or overwrite it with --force")
    except OSError as error:
        typer.echo(f"{file}: cannot be written ({error.strerror}); choose another place", err=True)
        return of_os_error(error)
    typer.echo(f"{file}: written; fill it in, then run: plugproof check {file}")
    return ExitCode.OK


def content(role: str, url: str | None) -> str:
    """The text of a new SUT file; `url` is the endpoint of the back office, of no use for a charge point."""
    text = _TEMPLATES[role].replace("@URL@", toml_value(url))
    claims = edition(DEFAULT_VERSION).claims
    shapes = claims.asked(role)
    text = text.replace("@claimed@", "\n".join(f"{key} = true" for key in claims.profiles.values()))
    for table in ("product", "profiles"):
        text = text.replace(f"@{table}@", "\n".join(_questions(table, shapes, left_out=text)))
    return text.replace("@statement@", "\n\n".join(_tables(claims, shapes)))


def _tables(claims: Claims, shapes: Mapping[str, Any]) -> Iterator[str]:
    """What the vendor states besides product and profiles, and who states it: all of the PICS, to be uncommented."""
    for table in list(claims.titles())[2:]:
        if lines := list(_questions(table, shapes)):
            yield "\n".join((f"[{table}]", *lines))
    for name, shape in claims.schema()["properties"]["people"]["properties"].items():
        members = {f"{name}.{key}": member for key, member in shape["properties"].items()}
        yield "\n".join((f"[people.{name}]", *_questions(name, members)))


def _questions(table: str, shapes: Mapping[str, Any], left_out: str = "") -> Iterator[str]:
    """A commented line for each question of a table, but for those that ``left_out`` answers already."""
    for key, shape in shapes.items():
        name = key.partition(".")[2]
        if key.startswith(f"{table}.") and f"\n{name} = " not in left_out:
            example = shape.get("enum") or shape.get("examples") or [False]
            if table == "questions":
                name = toml_value(name)
            yield f"# {name} = {toml_value(example[0])}".ljust(_COLUMN) + f" # {shape['description']}"


def _refuse(*sentences: str) -> int:
    for sentence in sentences:
        typer.echo(sentence, err=True)
    return ExitCode.USAGE


_CSMS = """\
# SUT file of plugproof: what the back office claims, and how it is reached.
# Check it offline:  plugproof check FILE
# Secrets come from the environment: "${NAME}", or "${NAME:-default}".
# A question left open counts as claimed; only false takes cases out of the run.

[product]
sut = "csms"
@product@

[connection]
url = @URL@   # without a station identity
security_profile = 0                  # 1 basic auth, 2 TLS and basic auth, 3 client certificates
# auth_key = "${CSMS_AUTH_KEY}"       # profiles 1 and 2
# ca_file = "pki/root.pem"            # TLS with a root of your own; relative to this file

# Security profiles besides this one have tables of their own ([endpoints.1] to [endpoints.3], [tls]): what they need,
# in order, is in docs/security-cases.md; `plugproof pki` makes the certificates.

# Either one table per station identity the back office knows (one worker owns one) ...
# [[lanes]]
# identity = "CP-0001"
# connectors = 2

# ... or a pattern, when it lets any station in: with {case} every case plays a fresh station.
[identities]
pattern = "PP-{run}-{case}"
connectors = 1

[tags]
valid = "VALID-1"                     # accepted by the back office; ["A", "B"] has one for each worker
# valid_2 = "VALID-2"                 # accepted, with the same parent as valid
# parent = "PARENT-1"
# invalid = "PP-NOBODY-{random}"      # not known to it: a new one each time
# expired = "EXPIRED-1"               # without these two, their cases are not run
# blocked = "BLOCKED-1"

[profiles]
@claimed@
@profiles@

@statement@

[timeouts]
message_s = 30                        # for every expected message
operator_s = 120                      # for a person that acts as operator (kind = "manual")
recover_s = 60                        # for the back office to come back when it went away

# Who makes the back office send messages. Without it, cases that need that cannot be judged.
[operator]
kind = "none"

# [operator]
# kind = "rest"
# base_url = "https://csms.example/api"
# headers = { Authorization = "Bearer ${CSMS_TOKEN}" }
#
# [operator.actions.RemoteStartTransaction]
# path = "/stations/{station}/remote-start"
# body = { tag = "{idTag}", connector = "{connectorId}" }

# Other kinds: "trigger", "python" and "manual"; docs/operators.md has them all.

# How stations and tags are made known before a run and removed after it, tags for each case if it says so (tags_per).
# Without it they have to exist.
# [fixtures]
# kind = "rest"
#
# [fixtures.stations.create]
# path = "/stations/{station}"

[expected_failures]
# TC_031_CSMS = "issue 123: unlocking an unknown connector is blocked in the console"
"""

_CHARGE_POINT = """\
# SUT file of plugproof: what the charge point claims, and where it connects to.
# Check it offline:  plugproof check FILE
# Secrets come from the environment: "${NAME}", or "${NAME:-default}".
# A question left open counts as claimed; only false takes cases out of the run.

[product]
sut = "charge_point"
@product@

[connection]
listen = "127.0.0.1:9000"             # the station connects to ws://<listen>/<identity>
security_profile = 0                  # 1 basic auth, 2 TLS and basic auth, 3 client certificates

[[stations]]                          # one for each station of the same model; a worker of -n has one of its own
identity = "CP-0001"                  # without it: whichever station connects first
connectors = 1

[driver]                              # who plugs cables in and holds cards to the reader
kind = "manual"                       # a person at this terminal; or rest, python, simulated (docs/charge-point.md)

[tags]                                # the cards; it is plugproof that accepts or refuses them
valid = "VALID-1"
valid_2 = "VALID-2"
parent = "PARENT-1"
invalid = "INVALID-1"
# expired = "EXPIRED-1"
# blocked = "BLOCKED-1"

[profiles]
@claimed@
@profiles@

@statement@

[timeouts]
message_s = 30
reboot_s = 600

[expected_failures]
# TC_041_CS = "issue 123: the bench cannot provoke a fault"
"""

_TEMPLATES: Final[Mapping[str, str]] = {"csms": _CSMS, "charge_point": _CHARGE_POINT}
