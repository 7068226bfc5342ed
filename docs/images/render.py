"""Make the pictures of the README from real runs: `python docs/images/render.py`.

They are not compared in the tests, because times and ports differ from run to run.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

HERE = Path(__file__).parent
COLUMNS = 96
PICTURES = {
    "precheck": ["precheck", "-n", "4"],
    "failure": ["precheck", "--case", "TC_010_CSMS", "--fault", "remote-start-wrong-tag"],
}

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
    """Run each command and write its output as SVG."""
    for name, arguments in PICTURES.items():
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "FORCE_COLOR": "1", "COLUMNS": str(COLUMNS), "CI": "1"}
            done = subprocess.run(
                [Path(sys.executable).with_name("plugproof"), *arguments],
                cwd=folder,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        console = Console(record=True, width=COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
        console.print(Text("$ plugproof " + " ".join(arguments), style="bold"))
        console.print(Text.from_ansi(done.stdout.rstrip()))
        svg = console.export_svg(title="", theme=MONOKAI, code_format=TEMPLATE, unique_id=name)
        (HERE / f"{name}.svg").write_text(svg, encoding="utf-8")
        print(f"docs/images/{name}.svg")


if __name__ == "__main__":
    main()
