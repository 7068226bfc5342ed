"""A package index on loopback, with the pinned version and a newer one of everything a lock of the project pins.

Most wheels are stand-ins: they hold no code, but the METADATA of the distribution that is installed here, so whoever
resolves them meets the same requirements and extras. What is needed to install the project (its build back end, and
pip itself) is packed again from the installed files. A pin whose marker does not hold on this machine is installed by
no pip here, and its METADATA is at hand nowhere: its stand-in requires nothing.
"""

import threading
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import Distribution, distributions
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from tests.setup.locks import requirements, version_of

REAL = ("pip", "hatchling", "packaging", "pathspec", "pluggy", "trove-classifiers")
"""Distributions with their code: pip, and what builds the project."""


@dataclass(frozen=True)
class Wheel:
    """A pure wheel of one distribution, in memory."""

    name: NormalizedName
    version: str
    content: bytes

    @property
    def file(self) -> str:
        return f"{self.name.replace('-', '_')}-{self.version}-py3-none-any.whl"

    @property
    def hash(self) -> str:
        return f"sha256={sha256(self.content).hexdigest()}"


def packed(name: str, version: str, metadata: str, files: Mapping[str, bytes] | None = None) -> Wheel:
    """A wheel of `files`, without any a hollow one."""
    normalized = canonicalize_name(name)
    folder = f"{normalized.replace('-', '_')}-{version}.dist-info"
    head, newline, rest = metadata.partition("\nVersion: ")
    members = {
        **(files or {}),
        f"{folder}/METADATA": f"{head}{newline}{version}\n{rest.partition(chr(10))[2]}".encode(),
        f"{folder}/WHEEL": b"Wheel-Version: 1.0\nGenerator: plugproof\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    members[f"{folder}/RECORD"] = "".join(f"{member},,\n" for member in [*members, f"{folder}/RECORD"]).encode()
    stream = BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return Wheel(normalized, version, stream.getvalue())


def hollow(name: str, version: str, *requires: str) -> Wheel:
    """A wheel without code that requires what it is told to."""
    lines = ["Metadata-Version: 2.1", f"Name: {name}", "Version: 0", *(f"Requires-Dist: {line}" for line in requires)]
    return packed(name, version, "\n".join(lines) + "\n")


def packed_again(installed: Distribution) -> Wheel:
    """The wheel an installed distribution came from, but for its platform; scripts are made anew by the installer."""
    left_out = {"METADATA", "WHEEL", "RECORD", "INSTALLER", "REQUESTED", "direct_url.json"}
    files = {
        path.as_posix(): Path(path.locate()).read_bytes()
        for path in installed.files or ()
        if ".." not in path.parts and "__pycache__" not in path.parts
        if not (path.parts[0].endswith(".dist-info") and path.name in left_out)
    }
    return packed(installed.name, installed.version, installed.read_text("METADATA") or "", files)


def newer(version: str) -> str:
    """The next release, so near that hardly any requirement excludes it."""
    *first, last = Version(version).release
    return ".".join(map(str, (*first, last + 1)))


class NotInstalled(Exception):
    """A pin applies to this machine, but its distribution is installed nowhere, so nobody knows what it requires."""


def offered(pins: Sequence[Requirement], folders: Sequence[Path]) -> list[Wheel]:
    """For each pin the wheel of that version and of a newer one; `folders` are where the pins are installed.

    Raises `NotInstalled`.
    """
    installed = {
        (canonicalize_name(found.name), found.version): found for found in distributions(path=[*map(str, folders)])
    }
    wheels = []
    for pin in pins:
        version = version_of(pin)
        found = installed.get((canonicalize_name(pin.name), version))
        if found is None and (pin.marker is None or pin.marker.evaluate()):
            raise NotInstalled(f"{pin.name} {version} is not installed here")
        if found is None:
            wheels += [hollow(pin.name, version), hollow(pin.name, newer(version))]
            continue
        metadata = found.read_text("METADATA") or ""
        real = canonicalize_name(pin.name) in REAL
        wheels += [packed_again(found) if real else packed(pin.name, version, metadata)]
        wheels += [packed(pin.name, newer(version), metadata)]
    return wheels


@dataclass
class Index:
    """What is served, and which files were asked for."""

    wheels: Sequence[Wheel]
    url: str = ""
    fetched: list[str] = field(default_factory=list)

    def locking(self, lock: str) -> str:
        """The text of a lock of the project, with the hashes of the wheels of this index."""
        return self.locking_these(requirements(lock))

    def locking_these(self, pins: Sequence[Requirement]) -> str:
        """The text of a lock of these pins."""
        hashes = {(wheel.name, wheel.version): wheel.hash for wheel in self.wheels}
        lines = []
        for pin in pins:
            digest = hashes[canonicalize_name(pin.name), version_of(pin)]
            lines.append(f"{pin} --hash={digest.replace('=', ':')}\n")
        return "".join(lines)

    def page(self, path: str) -> bytes | None:
        """The answer to GET: a page of links, a wheel, or None."""
        match path.strip("/").split("/"):
            case ["simple", name]:
                files = [f"{wheel.file}#{wheel.hash}" for wheel in self.wheels if wheel.name == name]
                return "".join(f'<a href="/files/{file}">{file}</a>\n' for file in files).encode() if files else None
            case ["files", file]:
                self.fetched.append(file)
                return next((wheel.content for wheel in self.wheels if wheel.file == file), None)
        return None


@contextmanager
def served(wheels: Sequence[Wheel]) -> Iterator[Index]:
    """Serve wheels on loopback, at a port the kernel chooses, while the block lasts."""
    index = Index(wheels)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = index.page(unquote(self.path))
            kind = "text/html" if self.path.startswith("/simple/") else "application/octet-stream"
            self.send_response(200 if body is not None else 404)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        index.url = f"http://127.0.0.1:{server.server_port}/simple"
        serving = threading.Thread(target=server.serve_forever, args=(0.05,), name="local-index")
        serving.start()
        try:
            yield index
        finally:
            server.shutdown()
            serving.join()
