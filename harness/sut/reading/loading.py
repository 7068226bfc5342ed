"""From a TOML file (or an address alone) to a `Sut`."""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from harness.edition import VERSIONS, Claims, edition
from harness.sut.checks.consistency import contradictions
from harness.sut.checks.links import address_problems, resolve_files
from harness.sut.checks.templates import template_problems
from harness.sut.errors import SutError
from harness.sut.model import Sut
from harness.sut.reading.completion import completed
from harness.sut.reading.environment import Resolver
from harness.sut.reading.tag_masking import mask_problems, with_masked_tags
from harness.sut.secret import Secret, scrub, scrub_document
from harness.sut.sentences import describe, where
from harness.sut.tables.link import Connection, Identities
from harness.sut.tables.product import Product
from harness.sut.tables.values import DEFAULT_TAG, Tags
from ocppj.versions import ANYWHERE, protocol

MAX_BYTES = 1_000_000
COMMAND_LINE = "--csms"
DEFAULT_VERSION: Final = "1.6"
"""Of OCPP, where a file, or an address alone, names none."""
_LINE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)\Z", re.DOTALL)


def load(
    path: str | os.PathLike[str],
    environ: Mapping[str, str] = os.environ,
    known_cases: Iterable[str] | None = None,
) -> Sut:
    """Read a SUT file.

    `known_cases` are the case ids `expected_failures` may name; None skips that check.
    Raises SutError with one sentence per mistake.
    """
    file = Path(path)
    return parse(_read(file), str(path), folder=file.parent, environ=environ, known_cases=known_cases)


def parse(
    text: str,
    source: str,
    *,
    folder: Path,
    environ: Mapping[str, str] = os.environ,
    known_cases: Iterable[str] | None = None,
) -> Sut:
    """Like `load`, for the text of a file called `source` whose file names are relative to `folder`."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SutError([_syntax(source, text, str(error))]) from None
    resolver = Resolver(environ)
    resolved = resolver.resolve(document)
    secrets = tuple(resolver.secrets)
    problems = [f"{where(place)} {problem}" for place, problem in resolver.problems]
    version = _version(resolved)
    claims = edition(version).claims
    problems += _schema_problems(resolved, claims.schema(), secrets)
    if problems:
        raise SutError(f"{source}: {problem}" for problem in problems)
    try:
        converted = _convert(resolved, Path(source).name, version, claims, secrets)
    except msgspec.ValidationError as error:  # what only the types know: 60.0 is no whole number
        raise SutError([f"{source}: {scrub(_lowered(str(error)), secrets)}; correct it"]) from None
    sut = completed(resolve_files(converted, folder), folder)
    problems = contradictions(sut, known_cases, claims.own)
    problems += template_problems(sut.operator, sut.fixtures, lambda: protocol(version).schemas)
    problems += mask_problems(sut)
    if problems:
        raise SutError(f"{source}: {scrub(problem, secrets)}" for problem in problems)
    return with_masked_tags(sut)


def for_url(url: str, tag: str = DEFAULT_TAG, version: str = DEFAULT_VERSION) -> Sut:
    """A back office of which only the address is known: all profiles claimed, nothing declared, nobody operating it.

    `tag` is an idTag that it accepts, `version` that of OCPP. Raises SutError when the address or the tag is unusable.
    """
    problems = [
        f"{COMMAND_LINE} {problem.removeprefix('connection.url ')}"
        if problem.startswith("connection.url ")
        else f"{COMMAND_LINE}: {problem}"
        for problem in address_problems(url)
    ]
    if not 0 < len(tag) <= ANYWHERE:
        problems.append(f"--tag has {len(tag)} characters, an idTag has 1 to {ANYWHERE}; give one the CSMS accepts")
    if problems:
        raise SutError(problems)
    claims = edition(version).claims
    return claims.sut(
        version=version,
        source=COMMAND_LINE,
        digest=None,
        product=Product(sut="csms"),
        connection=Connection(url=url),
        identities=Identities(),
        profiles=claims.all_profiles(),
        tags=Tags(valid=tag),
    )


def _read(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise SutError([f"{file}: there is no such file; `plugproof init {file}` writes one"]) from None
    except IsADirectoryError:
        raise SutError([f"{file}: is a folder; name the SUT file in it, for example {file / 'sut.toml'}"]) from None
    except OSError as error:
        raise SutError([f"{file}: cannot be read ({error.strerror}); make it readable"]) from None
    if len(data) > MAX_BYTES:
        raise SutError([f"{file}: is larger than {MAX_BYTES // 1_000_000} MB; is it the SUT file?"])
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SutError([f"{file}, line {line}: is not UTF-8; save the file as UTF-8"]) from None


def _syntax(source: str, text: str, message: str) -> str:
    match = _LINE.match(message)
    if match is None:
        return f"{source}: is not TOML ({message}); correct it"
    problem = match[1][:1].lower() + match[1][1:]
    if match[2] is None:
        return f"{source}, line {text.count(chr(10)) + 1}: is not TOML, {problem} at the end of the file; complete it"
    return f"{source}, line {match[2]}: is not TOML, {problem} at column {match[3]}; correct the line"


def _version(document: Mapping[str, Any]) -> str:
    """The version that a file names; that it is none of ours is for the schema to say."""
    connection = document.get("connection")
    named = connection.get("ocpp", DEFAULT_VERSION) if isinstance(connection, dict) else DEFAULT_VERSION
    return named if named in VERSIONS else DEFAULT_VERSION


def _schema_problems(document: dict[str, Any], schema: Mapping[str, Any], secrets: Iterable[Secret]) -> list[str]:
    from jsonschema import Draft202012Validator  # imported late: `plugproof list` must start quickly

    secrets = tuple(secrets)
    errors = sorted(
        Draft202012Validator(schema).iter_errors(document),
        key=lambda error: [str(part) for part in error.absolute_path],
    )
    sentences = [
        sentence for error in errors for sentence in describe(error, schema, lambda text: scrub(text, secrets))
    ]
    return list(dict.fromkeys(sentences))


def _convert(document: dict[str, Any], source: str, version: str, claims: Claims, secrets: tuple[Secret, ...]) -> Sut:
    public = scrub_document(document, secrets)
    canonical = json.dumps(public, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    content = {key: value for key, value in document.items() if key != "pics_version"}
    content["connection"] = {key: value for key, value in content["connection"].items() if key != "ocpp"}
    tags, *more_tags = _by_worker(content.get("tags", {}))
    facts = {"source": source, "digest": hashlib.sha256(canonical.encode()).hexdigest(), "secrets": secrets}
    facts["version"] = version
    return msgspec.convert({**content, **facts, "tags": tags, "more_tags": more_tags}, claims.sut, dec_hook=_secret)


def _by_worker(tags: Mapping[str, Any]) -> list[dict[str, str]]:
    """`[tags]` for the first worker, the second and so on, as far as its lists go; a shorter list begins anew."""
    lists = {name: tag if isinstance(tag, list) else [tag] for name, tag in tags.items()}
    workers = max(map(len, lists.values()), default=1)
    return [{name: given[number % len(given)] for name, given in lists.items()} for number in range(workers)]


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _secret(kind: type, value: Any) -> Any:
    return value if isinstance(value, kind) else Secret(value)
