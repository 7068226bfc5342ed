"""From a TOML file (or an address alone) to a `Sut`."""

from __future__ import annotations

import functools
import hashlib
import importlib.resources
import json
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from harness.sut.completion import completed
from harness.sut.consistency import SIX_PROFILES, contradictions
from harness.sut.environment import Resolver
from harness.sut.errors import SutError
from harness.sut.link import Connection, Identities
from harness.sut.link_checks import address_problems, resolve_files
from harness.sut.model import Sut
from harness.sut.pics import Product, Profiles
from harness.sut.secret import Secret, scrub, scrub_document
from harness.sut.sentences import describe, where
from harness.sut.tag_masking import mask_problems, with_masked_tags
from harness.sut.template_checks import template_problems
from harness.sut.values import LONGEST_TAG, Tags

MAX_BYTES = 1_000_000
COMMAND_LINE = "--csms"
_LINE = re.compile(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)\Z", re.DOTALL)


@functools.cache
def schema() -> dict[str, Any]:
    """The JSON Schema of a SUT file (draft 2020-12). Treat as read-only."""
    text = (importlib.resources.files("schemas") / "sut.schema.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


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
    problems += _schema_problems(resolved, secrets)
    if problems:
        raise SutError(f"{source}: {problem}" for problem in problems)
    sut = completed(resolve_files(_convert(resolved, Path(source).name, secrets), folder), folder)
    problems = contradictions(sut, known_cases) + template_problems(sut.operator, sut.fixtures) + mask_problems(sut)
    if problems:
        raise SutError(f"{source}: {scrub(problem, secrets)}" for problem in problems)
    return with_masked_tags(sut)


DEFAULT_TAG: Final = "PLUGPROOF-VALID"


def for_url(url: str, tag: str = DEFAULT_TAG) -> Sut:
    """A back office of which only the address is known: six profiles claimed, nothing declared, nobody operating it.

    `tag` is an idTag that it accepts. Raises SutError when the address or the tag is unusable.
    """
    problems = [
        f"{COMMAND_LINE} {problem.removeprefix('connection.url ')}"
        if problem.startswith("connection.url ")
        else f"{COMMAND_LINE}: {problem}"
        for problem in address_problems(url)
    ]
    if not 0 < len(tag) <= LONGEST_TAG:
        problems.append(f"--tag has {len(tag)} characters, an idTag has 1 to {LONGEST_TAG}; give one the CSMS accepts")
    if problems:
        raise SutError(problems)
    return Sut(
        source=COMMAND_LINE,
        digest=None,
        product=Product(sut="csms"),
        connection=Connection(url=url),
        identities=Identities(),
        profiles=Profiles(**dict.fromkeys(SIX_PROFILES, True)),
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


def _schema_problems(document: dict[str, Any], secrets: Iterable[Secret]) -> list[str]:
    from jsonschema import Draft202012Validator  # imported late: `plugproof list` must start quickly

    secrets = tuple(secrets)
    errors = sorted(
        Draft202012Validator(schema()).iter_errors(document),
        key=lambda error: [str(part) for part in error.absolute_path],
    )
    sentences = [
        sentence for error in errors for sentence in describe(error, schema(), lambda text: scrub(text, secrets))
    ]
    return list(dict.fromkeys(sentences))


def _convert(document: dict[str, Any], source: str, secrets: tuple[Secret, ...]) -> Sut:
    public = scrub_document(document, secrets)
    canonical = json.dumps(public, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    content = {key: value for key, value in document.items() if key != "pics_version"}
    tags, *more_tags = _by_worker(content.get("tags", {}))
    facts = {"source": source, "digest": hashlib.sha256(canonical.encode()).hexdigest(), "secrets": secrets}
    return msgspec.convert({**content, **facts, "tags": tags, "more_tags": more_tags}, Sut, dec_hook=_secret)


def _by_worker(tags: Mapping[str, Any]) -> list[dict[str, str]]:
    """`[tags]` for the first worker, the second and so on, as far as its lists go; a shorter list begins anew."""
    lists = {name: tag if isinstance(tag, list) else [tag] for name, tag in tags.items()}
    workers = max(map(len, lists.values()), default=1)
    return [{name: given[number % len(given)] for name, given in lists.items()} for number in range(workers)]


def _secret(kind: type, value: Any) -> Any:
    return value if isinstance(value, kind) else Secret(value)
