"""A run for Allure (`plugproof precheck --allure DIR`): from the results and the traces, by Allure's own writer.

As with every tool that writes for Allure, what is in the folder already stays: two runs in one folder are one report,
in which the later result of a case counts and the earlier one is a retry.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from allure_commons.logger import AllureFileLogger
from allure_commons.model2 import ATTACHMENT_PATTERN, Attachment
from allure_commons.types import AttachmentType

from reports.ci.allure import categories, environment, explanation, run_result, test_result


def write_allure(results: Mapping[str, Any], out: Path, folder: Path) -> None:
    """Write the results, whose traces are below ``out``, into ``folder``, which is made if it is missing."""
    writer: Any = AllureFileLogger(folder)  # type: ignore[no-untyped-call]
    for case in results["cases"]:
        result, files = of_case(results, case, out)
        for name, content in files.items():
            writer.report_attached_data(content, name)
        writer.report_result(result)
    if (whole := run_result(results)) is not None:
        writer.report_result(whole)
    write_facts(results, folder)


def write_facts(results: Mapping[str, Any], folder: Path) -> None:
    """Write what is said once for all results: the categories, and what was tested with what."""
    (folder / "categories.json").write_text(json.dumps(categories(), indent=1) + "\n", "utf-8")
    (folder / "environment.properties").write_text(environment(results), "ascii")


def of_case(results: Mapping[str, Any], case: Mapping[str, Any], out: Path) -> tuple[Any, dict[str, str]]:
    """The result of one case, and the content of the files attached to it by their names."""
    trace = _text(out / case["trace"]) if case["trace"] else ""
    result = test_result(results, case, [msgspec.json.decode(line) for line in trace.splitlines()])
    parts = [("explanation", explanation(case), AttachmentType.TEXT.mime_type, "txt")]
    if trace:
        parts.append(("trace", trace, AttachmentType.TEXT.mime_type, "jsonl"))
        picture = _text((out / case["trace"]).with_name("sequence.svg"))
        if picture:
            parts.append(("sequence", picture, AttachmentType.SVG.mime_type, AttachmentType.SVG.extension))
    files = {}
    for name, content, kind, extension in parts:
        source = ATTACHMENT_PATTERN.format(prefix=f"{result.uuid}-{name}", ext=extension)
        files[source] = content
        result.attachments.append(Attachment(name=name, source=source, type=kind))
    return result, files


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError:
        return ""
