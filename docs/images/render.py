"""Make the pictures of the README and of docs/reports.md from real runs: `python docs/images/render.py [name ...]`.

The pages need a Chromium. The pictures are not compared in the tests, because times and ports differ from run to run.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).parent
COLUMNS = 96
PICTURES = {
    "precheck": ["precheck", "-n", "4"],
    "failure": ["precheck", "--case", "TC_010_CSMS", "--fault", "remote-start-wrong-tag"],
}
PAGE_RUN = ["precheck", "-n", "2", "--fault", "trigger-wrong-connector", "--fault", "remote-start-wrong-tag"]
PAGES = {"report": ("light", "body"), "report-case": ("dark", "#TC_010_CSMS")}
"""Picture -> scheme, and what is shown of report.html: of ``body`` the beginning."""

# rich's own template loads a font from the web; any monospaced font of the reader's does.
TEMPLATE = """\
<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px; line-height: {line_height}px; font-variant-east-asian: full-width; }}
{styles}
</style>
<defs>
{lines}
</defs>
<rect fill="#1b1d1e" width="100%" height="100%" rx="8"/>
<g transform="translate({terminal_x}, 16)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def main() -> None:
    """Make the pictures that were named, or all."""
    names = sys.argv[1:] or [*PICTURES, *PAGES]
    for name in filter(PICTURES.__contains__, names):
        with tempfile.TemporaryDirectory() as folder:
            done = plugproof(PICTURES[name], Path(folder))
        terminal(name, done)
    if wanted := [name for name in names if name in PAGES]:
        with tempfile.TemporaryDirectory() as folder:
            plugproof(PAGE_RUN, Path(folder))
            pages(wanted, Path(folder) / "plugproof-out" / "latest" / "report.html")


def plugproof(arguments: list[str], folder: Path) -> str:
    """What the command prints in colour, started in ``folder``."""
    environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "CI": "1"}
    command = [Path(sys.executable).with_name("plugproof"), *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False).stdout


def terminal(name: str, output: str) -> None:
    """The output of a command as SVG."""
    console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text("$ plugproof " + " ".join(PICTURES[name]), style="bold"))
    console.print(Text.from_ansi(output.rstrip()))
    svg = console.export_svg(title="", theme=MONOKAI, code_format=TEMPLATE, unique_id=name)
    (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
    print(f"docs/images/{name}.svg")


def pages(names: list[str], report: Path) -> None:
    """Parts of the page of a run as PNG."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name in names:
            scheme, shown = PAGES[name]
            page = browser.new_page(color_scheme=scheme, viewport={"width": 1200, "height": 1240})
            page.goto(report.as_uri())
            if shown == "body":
                page.screenshot(path=HERE / f"{name}.png")
            else:
                page.locator(shown).evaluate("node => { node.open = true; }")
                page.locator(shown).screenshot(path=HERE / f"{name}.png")
            print(f"docs/images/{name}.png")
        browser.close()


if __name__ == "__main__":
    main()
