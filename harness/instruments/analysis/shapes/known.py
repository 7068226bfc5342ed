"""All shapes, those first that are made for less than others: the one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from harness.instruments.analysis.shapes import csv_table, har, json_lines, plain, traces
from harness.instruments.analysis.shapes.packets import pcap
from harness.instruments.analysis.shapes.programs import citrineos, ocpp_logger, ocpp_rpc, simulators, steve
from harness.instruments.analysis.shapes.shape import Head, Shape

_SHAPES: Final[tuple[Shape, ...]] = (
    traces.SHAPE,
    pcap.SHAPE,
    har.SHAPE,
    steve.SHAPE,
    ocpp_logger.SHAPE,
    simulators.SAP,
    simulators.EVCC,
    simulators.MICRO_OCPP,
    ocpp_rpc.SHAPE,
    citrineos.SHAPE,
    csv_table.SHAPE,
    json_lines.SHAPE,
    plain.SHAPE,
)

SHAPES: Final[Mapping[str, Shape]] = {shape.name: shape for shape in _SHAPES}
"""By the name that ``--format`` knows."""

LEAST: Final = 0.2
"""How sure a shape has to be of a log that nobody named one for."""
NEARLY: Final = 0.1
"""A shape that is made for less wins over one that is surer by no more than this."""


def recognised(head: Head) -> tuple[Shape | None, float]:
    """The shape that is the surest of a log, and how sure it is; None when none is sure enough."""
    sure = {shape.name: shape.sniff(head) for shape in _SHAPES}
    most = max(sure.values())
    if most < LEAST:
        return None, most
    name = next(name for name, value in sure.items() if value >= most - NEARLY)
    return SHAPES[name], sure[name]
