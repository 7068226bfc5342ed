"""The reference of the documentation, made of the code: `python docs/_site/reference.py FOLDER` writes its pages.

They are made when the site is built (`make docs`) and are in no commit, so that they cannot go stale.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import httpx
import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command

from commandline.command import page as help_of
from csms_core import Config, Csms
from csms_core.config.model import TEMPORARY
from harness.case.registry import all_cases
from harness.cli.app import app
from simulator import Station
from simulator.v16.faults import CATALOGUE
from simulator.views.api.app import make_app
from simulator.views.record import Record

DOCUMENTS: Final = Path(__file__).resolve().parents[2] / "schemas" / "documents"
VERSIONS: Final = ("1.6", "2.0.1")
ROLES: Final = {"csms": "CSMS", "charge_point": "Charge point"}
METHODS: Final = ("get", "put", "post", "patch", "delete")
WRITTEN: Final = {
    "results": "`results.json` of a run",
    "trace": "A line of `trace.jsonl`",
    "fleet": "The result of `plugproof fleet`",
    "analysis": "`analysis.json` of `plugproof analyze`",
    "fuzz": "`results.json` of `plugproof fuzz`",
    "abstract": "The abstract of the test report",
}
"""Documents that plugproof writes, by the name of their schema."""
READ: Final = {"load-profile": "A load profile", "station": "A model of a station"}
"""Documents that people write."""


def cell(text: str) -> str:
    """A text that fits into a cell of a table, as it is."""
    escaped = text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "\\<").replace("*", "\\*").replace("_", "\\_")
    return " ".join(escaped.replace("[", "\\[").replace("`", "\\`").replace("$", "\\$").split())


def code(text: str) -> str:
    """A text that is shown letter by letter in a cell."""
    return "`" + " ".join(text.split()).replace("|", "\\|") + "`" if text else ""


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table whose cells are Markdown already."""
    return [f"| {' | '.join(heads)} |", "|" + "---|" * len(heads), *(f"| {' | '.join(row)} |" for row in rows), ""]


# ---- the command line


def command_line() -> list[str]:
    """The help of every command."""
    root = get_command(app)
    assert isinstance(root, TyperGroup)
    context = typer.Context(root, info_name="plugproof")
    lines = [
        "# The command line",
        "",
        "What `plugproof COMMAND --help` prints. A mistake in an argument is one sentence and exit code 2;",
        "the other codes are in [exit codes](../exit-codes.md).",
        "",
    ]
    for name in root.list_commands(context):
        command = root.get_command(context, name)
        assert isinstance(command, TyperCommand | TyperGroup)
        shown = help_of(command, typer.Context(command, parent=context, info_name=name))
        lines += [f"## plugproof {name}", "", "```text", shown, "```", ""]
    return lines


# ---- cases


def sentences_of(rules: Mapping[str, str]) -> Iterator[str]:
    for rule, sentence in rules.items():
        yield f"{cell(rule.rpartition('.')[2])}: {cell(sentence)}"


def cases() -> list[str]:
    """Every case with its rules, by version and role."""
    lines = [
        "# Cases",
        "",
        "The cases of `plugproof list`, with the rules that each case judges. *Needs* are claims of the",
        "[SUT file](../sut-file.md): without them the case is NOT_APPLICABLE. Cases of the profile rpc run only when",
        "you ask for them. [Kill matrices](../kill-matrices.md) show that each rule can fail.",
        "",
    ]
    for version in VERSIONS:
        for role, called in ROLES.items():
            found = [case for case in all_cases(version) if case.sut == role]
            if not found:
                continue
            lines += [f"## {called}, OCPP {version}", ""]
            rows = [
                (
                    code(case.id),
                    cell(case.title),
                    cell(case.profile),
                    "<br>".join(
                        f"{cell(rule.rpartition('.')[2])}: {cell(sentence)}" for rule, sentence in case.rules.items()
                    ),
                    " ".join(code(need) for need in case.needs),
                    cell(case.ref),
                )
                for case in found
            ]
            lines += table(("case", "title", "profile", "rules", "needs", "source"), rows)
    return lines


# ---- documents


def schema_of(name: str) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads((DOCUMENTS / f"{name}.schema.json").read_text(encoding="utf-8"))
    return schema


class Walk:
    """The keys of a document by its JSON Schema, with a path each; what refers to itself is shown once."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    def rows(self) -> list[tuple[str, str, str, str]]:
        return list(self._below("", self._schema, ()))

    def _target(self, node: Mapping[str, Any]) -> tuple[Mapping[str, Any], str]:
        """What a node says, and the name of what it refers to."""
        name = str(node.get("$ref", ""))
        if not name:
            return node, ""
        found: Any = self._schema
        for step in name.removeprefix("#/").split("/"):
            found = found[step]
        return {**found, **{key: value for key, value in node.items() if key != "$ref"}}, name

    def _below(self, path: str, node: Mapping[str, Any], seen: tuple[str, ...]) -> Iterator[tuple[str, str, str, str]]:
        node, name = self._target(node)
        if name in seen:
            return
        seen = (*seen, name) if name else seen
        required = node.get("required", ())
        for key, one in node.get("properties", {}).items():
            yield from self._key(f"{path}.{key}" if path else key, one, key in required, seen)
        if isinstance(any_other := node.get("additionalProperties"), dict):
            yield from self._key(f"{path}.NAME" if path else "NAME", any_other, False, seen)
        for variant in (*node.get("oneOf", ()), *node.get("anyOf", ())):
            yield from self._below(path, variant, seen)
        if isinstance(items := node.get("items"), dict):
            yield from self._below(f"{path}[]", items, seen)

    def _key(
        self, path: str, node: Mapping[str, Any], required: bool, seen: tuple[str, ...]
    ) -> Iterator[tuple[str, str, str, str]]:
        told, _ = self._target(node)
        yield path, self._type(told), "yes" if required else "", str(told.get("description", ""))
        yield from self._below(path, node, seen)

    def _type(self, node: Mapping[str, Any]) -> str:
        if "const" in node:
            return json.dumps(node["const"])
        if "enum" in node:
            return ", ".join(json.dumps(value) for value in node["enum"])
        kinds = node.get("type")
        if isinstance(kinds, list):
            return " or ".join(kinds)
        if kinds == "array":
            return "array of " + (self._type(self._target(node.get("items", {}))[0]) or "values")
        if kinds is None and (variants := (*node.get("oneOf", ()), *node.get("anyOf", ()))):
            return " or ".join(dict.fromkeys(filter(None, (self._type(self._target(each)[0]) for each in variants))))
        return str(kinds or "")


def keys_of(name: str) -> list[str]:
    """The table of a document; of a key that several variants have, the first is shown."""
    first: dict[str, tuple[str, str, str, str]] = {}
    for row in Walk(schema_of(name)).rows():
        first.setdefault(row[0], row)
    rows = [(code(path), code(kind), must, cell(told)) for path, kind, must, told in first.values()]
    return table(("key", "values", "required", "meaning"), rows)


def sut_keys() -> list[str]:
    """Every key of the SUT file."""
    return [
        "# Keys of the SUT file",
        "",
        "Generated from `schemas/documents/sut.schema.json`. A dot is a table in a table, `[]` a list of tables,",
        "NAME a name that you choose. [The SUT file](../sut-file.md) says what the keys are for.",
        "",
        *keys_of("sut"),
    ]


def formats() -> list[str]:
    """What is written for machines, and what else people write."""
    lines = [
        "# Formats",
        "",
        "Generated from the JSON Schemas in `schemas/documents`, which are in the wheel, too. A format gets a new",
        "version when a member is removed or changes its meaning, not when one is added.",
        "",
    ]
    for name, title in {**WRITTEN, **READ}.items():
        lines += [f"## {title}", "", cell(str(schema_of(name).get("description", ""))), "", *keys_of(name)]
    return lines


# ---- HTTP, faults, verbs


def first_paragraph(told: Mapping[str, Any]) -> str:
    return str(told.get("description") or told.get("summary", "")).split("\n\n")[0]


def operations(document: Mapping[str, Any]) -> list[str]:
    """The operations of an OpenAPI document."""
    rows = [
        (
            code(method.upper()),
            code(path),
            cell(str(told.get("description") or told.get("summary", "")).split("\n\n")[0]),
        )
        for path, item in document["paths"].items()
        for method, told in item.items()
        if method in METHODS
    ]
    return table(("method", "path", "does"), rows)


async def asked_of_csms() -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The OpenAPI document and the faults of a reference CSMS that runs for it."""
    async with (
        Csms(Config(database=TEMPORARY)) as csms,
        httpx.AsyncClient(base_url=csms.api_url, trust_env=False, timeout=60) as client,
    ):
        document = (await client.get("/openapi.json")).raise_for_status()
        faults = (await client.get("/api/v1/faults")).raise_for_status()
    return document.json(), faults.json()


def http_api(csms: Mapping[str, Any], station: Mapping[str, Any]) -> list[str]:
    """Both APIs."""
    return [
        "# The HTTP APIs",
        "",
        "Both listen on the loopback interface unless told otherwise. Each serves its OpenAPI document at",
        "`/openapi.json` and a page to try it at `/docs`, without a network.",
        "",
        "## The reference CSMS",
        "",
        "`plugproof csms --api-port 9001`; see [the reference CSMS](../csms.md).",
        "",
        *operations(csms),
        "## The station",
        "",
        "`plugproof station URL --api-port 9002`; see [the station by hand](../station-api.md).",
        "",
        *operations(station),
    ]


def csms_faults(faults: Sequence[Mapping[str, Any]]) -> list[str]:
    """The deliberate defects of the reference CSMS."""
    return [
        "# Faults of the reference CSMS",
        "",
        "A fault is a deliberate defect of the reference CSMS. It shows that a case can fail:",
        "`plugproof precheck --case TC_001_CSMS --fault boot-rejected`. The station has",
        "[faults](../station-faults.md), too.",
        "",
        *table(("fault", "what is wrong"), [(code(one["name"]), cell(one["sentence"])) for one in faults]),
    ]


def verbs(station: Station) -> list[str]:
    """What a station can be told to do."""
    lines = [
        "# Verbs of the station",
        "",
        "The same in Python (`await station.plug_in(1)`), in the terminal (`plug_in 1`) and over HTTP",
        "(`POST /api/v1/verbs/plug_in`). Arguments in brackets are optional.",
        "[The station](../station.md) has scripts with these verbs.",
        "",
    ]
    for name, verb in sorted(station.verbs().items()):
        lines += [f"## {name}", "", f"{code(verb.usage)}: {cell(verb.sentence)}", ""]
        if rows := [
            (code(each), cell(parameter.description), code(parameter.example))
            for each, parameter in verb.parameters.items()
        ]:
            lines += table(("argument", "is", "for example"), rows)
    return lines


def pages() -> dict[str, list[str]]:
    """Name of each page -> its lines."""
    station = Station("ws://127.0.0.1:1/ocpp", id="CP1")
    document, faults = asyncio.run(asked_of_csms())
    return {
        "command-line": command_line(),
        "cases": cases(),
        "sut-keys": sut_keys(),
        "formats": formats(),
        "http-api": http_api(document, make_app(Record(station, CATALOGUE)).openapi()),
        "csms-faults": csms_faults(faults),
        "verbs": verbs(station),
    }


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in pages().items():
        (folder / f"{name}.md").write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
