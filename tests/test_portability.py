"""What only Unix has is used where somebody looks first whether it is there, or in modules nobody imports elsewhere."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import ROOT

PACKAGES = ("commandline", "schemas", "ocppj", "csms_core", "simulator", "harness", "testcases", "reports")
MODULES = {"crypt", "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty", "uvloop"}
OF_OS = {
    *("chown", "chroot", "fchmod", "fchown", "lchown", "mkfifo", "mknod", "statvfs", "sync"),
    *("fork", "forkpty", "getpgid", "getpgrp", "killpg", "nice", "setpgid", "setsid", "wait", "wait3", "wait4"),
    *("getegid", "geteuid", "getgid", "getgroups", "getloadavg", "getpriority", "getuid", "setuid", "uname"),
    *("openpty", "pipe2", "pread", "pwrite", "readv", "sched_getaffinity", "sendfile", "tcgetpgrp", "ttyname"),
    *("O_CLOEXEC", "O_DIRECTORY", "O_NOCTTY", "O_NOFOLLOW", "O_NONBLOCK", "O_SYNC"),
}
OF_SELECT = {"epoll", "kqueue", "poll", "POLLRDHUP"}
OF_SOCKET = {"AF_UNIX", "MSG_DONTWAIT", "SO_PEERCRED", "SO_REUSEPORT", "TCP_QUICKACK", "TCP_USER_TIMEOUT"}
SIGNALS_OF_WINDOWS = {"SIGABRT", "SIGFPE", "SIGILL", "SIGINT", "SIGSEGV", "SIGTERM", "SIG_DFL", "SIG_IGN"}
OF_SIGNAL = {"alarm", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "sigpending", "sigwait"}
OF_A_LOOP = {"add_reader", "add_signal_handler", "add_writer"}

ELSEWHERE = {
    "simulator/views/terminal/live.py": "`plugproof station` shows lines where os.name is not posix",
    "harness/adapters/person.py": "is used only after /dev/tty was opened",
    "harness/instruments/proxy/running.py": "`plugproof proxy` says on Windows that it does not run there",
    "harness/instruments/proxy/relay/__main__.py": "`plugproof proxy` says on Windows that it does not run there",
    "harness/instruments/proxy/relay/outlet.py": "`plugproof proxy` says on Windows that it does not run there",
}
"""Module -> why nothing of it runs on Windows."""


def of_unix(node: ast.AST) -> str | None:
    """The name of something that Windows does not have, if this is one."""
    match node:
        case ast.Import(names=names):
            return next((one.name for one in names if one.name.partition(".")[0] in MODULES), None)
        case ast.ImportFrom(module=str(module)) if module.partition(".")[0] in MODULES:
            return module
        case ast.Attribute(value=ast.Name(id="os"), attr=name) if name in OF_OS:
            return f"os.{name}"
        case ast.Attribute(value=ast.Name(id="signal"), attr=name) if name in OF_SIGNAL:
            return f"signal.{name}"
        case ast.Attribute(value=ast.Name(id="signal"), attr=name) if name[:3] == "SIG" and name.isupper():
            return None if name in SIGNALS_OF_WINDOWS else f"signal.{name}"
        case ast.Attribute(value=ast.Name(id="select"), attr=name) if name in OF_SELECT:
            return f"select.{name}"
        case ast.Attribute(value=ast.Name(id="socket"), attr=name) if name in OF_SOCKET:
            return f"socket.{name}"
        case ast.Call(func=ast.Attribute(attr=name)) if name in OF_A_LOOP:
            return name
    return None


def is_look(node: ast.AST) -> bool:
    """Whether what stands inside is left out, or caught, where it is not there."""
    match node:
        case ast.Try(handlers=handlers):
            caught = " ".join(ast.unparse(one.type) for one in handlers if one.type is not None)
        case ast.With(items=items):
            caught = " ".join(ast.unparse(one.context_expr) for one in items if "suppress" in ast.unparse(one))
        case ast.If(test=test) | ast.IfExp(test=test):
            text = ast.unparse(test)
            return "sys.platform" in text or "os.name" in text or "hasattr" in text
        case _:
            return False
    return any(error in caught for error in ("ImportError", "AttributeError", "NotImplementedError"))


def unguarded(source: str) -> Iterator[tuple[int, str]]:
    """Line and name of what is used without a look; after `if os.name != "posix": return` it has been looked."""

    def visit(node: ast.AST, is_safe: bool) -> Iterator[tuple[int, str]]:
        name = of_unix(node)
        if name is not None and not is_safe:
            yield getattr(node, "lineno", 0), name
        for _, value in ast.iter_fields(node):
            has_left = is_safe or is_look(node)
            for inner in value if isinstance(value, list) else [value]:
                if isinstance(inner, ast.AST):
                    yield from visit(inner, has_left)
                    leaves = isinstance(inner, ast.If) and isinstance(inner.body[-1], ast.Return | ast.Raise)
                    has_left = has_left or (leaves and is_look(inner))

    return visit(ast.parse(source), False)


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_of_unix_is_taken_for_granted(package: str) -> None:
    found = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in sorted((ROOT / package).rglob("*.py"))
        if file.relative_to(ROOT).as_posix() not in ELSEWHERE
        for line, name in unguarded(file.read_text("utf-8"))
    ]

    assert found == []


def test_the_modules_that_run_on_unix_only_are_there_and_are_such() -> None:
    for name in ELSEWHERE:
        assert list(unguarded(Path(ROOT / name).read_text("utf-8"))) or name.endswith("person.py"), name


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import termios", ["termios"]),
        ("try:\n    import uvloop\nexcept ImportError:\n    pass", []),
        ("try:\n    import uvloop\nexcept ValueError:\n    pass", ["uvloop"]),
        ("loop.add_signal_handler(number, stop)", ["add_signal_handler"]),
        ("with suppress(NotImplementedError):\n    loop.add_signal_handler(number, stop)", []),
        ("import sys\nif sys.platform != 'win32':\n    import resource", []),
        ("def f():\n    if os.name != 'posix':\n        return 1\n    return os.getuid()", []),
        ("def f():\n    return os.getuid()", ["os.getuid"]),
        ("os.kill(process, signal.SIGKILL)", ["signal.SIGKILL"]),
        ("signal.signal(signal.SIGINT, signal.SIG_IGN)", []),
        ("signal.signal(signal.SIGTSTP, stopped)", ["signal.SIGTSTP"]),
        ("select.poll().register(sock, select.POLLRDHUP)", ["select.poll", "select.POLLRDHUP"]),
    ],
)
def test_what_is_a_look(source: str, names: list[str]) -> None:
    assert [name for _, name in unguarded(source)] == names


FILES = {"open", "read_text", "write_text", "fdopen", "TextIOWrapper"}
BINARY = re.compile(r"[rwxa]\+?b|b[rwxa]")


def of_the_locale(source: str) -> list[int]:
    """Lines in which a file of text is opened, read or written in whatever encoding the machine has."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        given = [
            one.value for one in [*node.args, *(each.value for each in node.keywords)] if isinstance(one, ast.Constant)
        ]
        is_file = name in FILES - {"open"} or (name == "open" and isinstance(node.func, ast.Name))
        is_binary = any(isinstance(one, str) and BINARY.fullmatch(one) for one in given)
        names = {keyword.arg for keyword in node.keywords}
        says = names & {"encoding", None} or any(one in ("utf-8", "ascii", "latin-1", "utf-8-sig") for one in given)
        if is_file and not is_binary and not says:
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_no_text_is_in_the_encoding_of_the_machine(package: str) -> None:
    found = {
        file.relative_to(ROOT).as_posix(): lines
        for file in sorted((ROOT / package).rglob("*.py"))
        if (lines := of_the_locale(file.read_text("utf-8")))
    }

    assert found == {}


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("open(file)", [1]),
        ("open(file, 'rb')", []),
        ("open(file, encoding='utf-8')", []),
        ("file.read_text()", [1]),
        ("file.read_text('utf-8')", []),
        ("file.write_text(text)", [1]),
        ("gate.open()", []),
    ],
)
def test_what_is_of_the_locale(source: str, lines: list[int]) -> None:
    assert of_the_locale(source) == lines


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_a_pipe_that_is_not_utf_8_ends_no_command(encoding: str) -> None:
    """What a pipe is on Windows: `plugproof diff` draws a line under its table."""
    results = str(ROOT / "tests" / "reports" / "sample" / "results.json")
    command = [sys.executable, "-c", "from harness.cli import main; main()", "diff", results, results]
    done = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": encoding}, capture_output=True, timeout=120)

    assert (done.returncode, done.stderr) == (0, b"")
    assert b"?" in done.stdout
    assert done.stdout.decode(encoding)
