"""The course of a run as locust tells it, and what its processes tell each other of that.

Before locust sends users to its workers the master tells each of them what is wanted and which stations are its own,
and once more when a worker says that it listens: it is ready for locust a moment before.
"""

from __future__ import annotations

import logging
import sys
import time
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import gevent
from locust import argument_parser, events
from locust.runners import MasterRunner, WorkerRunner

from simulator.fleet.locust import run
from simulator.fleet.locust.options import add_options
from simulator.fleet.locust.run import END, GONE, LOOK, OVER
from simulator.fleet.locust.serving import serve
from simulator.fleet.locust.shape import ProfileShape
from simulator.fleet.locust.thread import PATIENCE, try_out
from simulator.fleet.locust.wanted import Wanted
from simulator.fleet.plan import Plan
from simulator.fleet.profile.reading import built_in
from simulator.options.usage import UsageError

log = logging.getLogger(__name__)

A_WORKER: Final = 1_000_000
"""Stations between those of a worker that came while the run was on and those of the next: nobody has their numbers."""

_WANTED: Final = "plugproof_wanted"
"""The kind of the message with which a master says what is wanted."""

_HERE: Final = "plugproof_here"
"""That of a worker which listens."""

_RUNNING: Final = ("spawning", "running")

_LATER: Final = "ws://127.0.0.1"
"""In place of a host that is given in the web interface."""

_quits = False


def _options(parser: Any) -> None:
    add_options(parser)
    # What a load profile needs is imported before locust forks, and not by each worker while the master waits for it.
    Wanted(_LATER, profile=built_in()[0]).settled()


def _profile_of(environment: Any) -> str | None:
    return getattr(environment.shape_class, "profile", None)


def _prepare(environment: Any, runner: Any, **_: Any) -> None:
    """Before anything runs: the options are judged, and the end is listened for."""
    run.anew(environment)
    # The last one that is added is the first one that is called: before the runner stops its users.
    environment.events.quitting.add_listener(_quitting)
    if isinstance(runner, WorkerRunner):
        # With each message that brings users locust makes a parser for each of its options: 0.4 s of CPU, every second.
        argument_parser.default_args_dict = cache(argument_parser.default_args_dict)
        runner.register_message(_WANTED, _is_wanted)
        runner.register_message(OVER, _is_over)
        runner.send_message(_HERE)
        return
    options = environment.parsed_options
    if options is None:
        return
    for kind in (LOOK, END, GONE):
        runner.register_message(kind, lambda environment, msg: run.now.hears(msg))
    runner.register_message(_HERE, _is_here)
    try:
        wanted = Wanted.of(
            options, environment.host or (None if options.headless else _LATER), _profile_of(environment)
        )
        plan = wanted.settled().plan
        try_out(plan)
        if isinstance(runner, MasterRunner):
            wanted.facts(are_here=bool(options.processes))
        if wanted.metrics is not None:
            serve(wanted.metrics, lambda: run.now.exposed())
    except UsageError as error:
        log.error("%s", error)
        sys.exit(2)
    _shape(environment, wanted, plan)
    # The clock of gevent has stood still while everything was imported and read: --run-time would begin in the past.
    gevent.get_hub().loop.update_now()


def _shape(environment: Any, wanted: Wanted, plan: Plan) -> None:
    """A load profile without a shape gets ours, and says what locust would say of the users by itself."""
    shape = environment.shape_class
    if isinstance(shape, ProfileShape) and wanted.profile is None:
        log.error("--load-profile is missing: the shape %s has no profile of its own", type(shape).__name__)
        sys.exit(2)
    if wanted.profile is not None and shape is None:
        environment.shape_class = shape = _Played()
        shape.runner = environment.runner
    options = environment.parsed_options
    if wanted.profile is not None and options.num_users is None:
        options.num_users = plan.stations
    if wanted.profile is not None and options.spawn_rate is None:
        options.spawn_rate = plan.ramp


class _Played(ProfileShape):
    """The profile of `--load-profile`."""


def _begin(environment: Any, **_: Any) -> None:
    """A run begins. Where no master has told what is wanted, the options say it."""
    run.anew(environment)
    run.now.began, run.now.started = time.monotonic(), datetime.now(UTC)
    if isinstance(environment.runner, WorkerRunner):
        return
    try:
        run.now.wanted = Wanted.of(environment.parsed_options, environment.host, _profile_of(environment), is_form=True)
        if isinstance(environment.runner, MasterRunner):
            run.now.settled = run.now.wanted.settled()
            _deal(environment.runner)
        else:
            shape = environment.shape_class
            run.now.bring_up(run.now.wanted, 1, 1, 0.0 if shape is None else shape.get_run_time())
    except UsageError as error:
        _complain(environment, error)


def _deal(runner: Any) -> None:
    """Tell each worker what is wanted; the stations are dealt out in the order in which locust sends the users."""
    assert run.now.wanted is not None
    facts = _facts(run.now.wanted, runner)
    nodes = list(getattr(runner._users_dispatcher, "_worker_nodes", None) or runner.clients.all)
    for at, node in enumerate(nodes):
        run.now.shares[node.id] = {**facts, "first": at + 1, "step": len(nodes), "since": 0.0}
        runner.send_message(_WANTED, run.now.shares[node.id], client_id=node.id)


def _facts(wanted: Wanted, runner: Any) -> dict[str, Any]:
    return wanted.facts(are_here=bool(runner.environment.parsed_options.processes))


def _is_here(environment: Any, msg: Any) -> None:
    """On the master: a worker listens. The stations of one that comes while the run is on nobody else has."""
    if run.now.wanted is None or run.now.began is None or run.now.is_over:
        return
    runner, id = environment.runner, msg.node_id
    if id not in run.now.shares:
        first = (runner.get_worker_index(id) + 1) * A_WORKER + 1
        since = time.monotonic() - run.now.began
        run.now.shares[id] = {**_facts(run.now.wanted, runner), "first": first, "step": 1, "since": since}
    runner.send_message(_WANTED, run.now.shares[id], client_id=id)


def _is_wanted(environment: Any, msg: Any) -> None:
    """On a worker: this is what is wanted. It may be told twice."""
    run.anew(environment)
    if run.now.settled is not None:
        return
    facts = msg.data
    try:
        run.now.bring_up(Wanted.read(facts), facts["first"], facts["step"], facts["since"])
    except UsageError as error:
        _complain(environment, error)


def _is_over(environment: Any, msg: Any) -> None:
    """On a worker: the time is over. It stops its users by itself, for the master waits."""
    run.now.was_in_time = msg.data["in_time"]
    environment.runner.stop()
    environment.runner.send_message(GONE)


def _complain(environment: Any, error: UsageError) -> None:
    log.error("%s", error)
    environment.process_exit_code = 2
    run.now.is_judged = True
    environment.runner.quit()


def _stopping(environment: Any, **_: Any) -> None:
    """The users are about to be stopped, and their stations with them."""
    run.now.ends()


def _stopped(environment: Any, **_: Any) -> None:
    """They have been."""
    run.now.close()
    if not isinstance(environment.runner, WorkerRunner):
        run.now.judge()


def _quitting(environment: Any, **_: Any) -> None:
    """The process is asked to end; while users are at work that is an interruption."""
    global _quits
    if _quits:
        # SIGTERM makes locust shut down twice, the second time with nothing left to write: who came first writes the
        # files and ends the process, and so this greenlet.
        gevent.sleep(2 * PATIENCE)
        return
    _quits = True
    run.now.interrupted = run.now.broken is None and not run.now.is_over and environment.runner.state in _RUNNING
    run.now.ends()


def _last_word(environment: Any, **_: Any) -> None:
    if not isinstance(environment.runner, WorkerRunner):
        run.now.judge()


def _end(**_: Any) -> None:
    """The process ends: so does the loop."""
    run.now.close()


events.init_command_line_parser.add_listener(_options)
events.init.add_listener(_prepare)
events.test_start.add_listener(_begin)
events.test_stopping.add_listener(_stopping)
events.test_stop.add_listener(_stopped)
events.quitting.add_listener(_last_word)
events.quit.add_listener(_end)
