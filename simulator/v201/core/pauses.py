"""The pauses between attempts to connect, as the device model has them (P4 §5.3)."""

from __future__ import annotations

from simulator.v201.device_model.model import DeviceModel


class RetryBackOff:
    """RetryBackOffWaitMinimum, doubled up to RetryBackOffRepeatTimes times, and up to RetryBackOffRandomRange more."""

    proof = 0.0

    __slots__ = ("device_model",)

    def __init__(self, device_model: DeviceModel) -> None:
        self.device_model = device_model

    def pause(self, failures: int, chance: float) -> float:
        """Seconds after so many failures in a row."""
        wait, spread, times = (
            self.device_model.number(f"OCPPCommCtrlr.RetryBackOff{name}")
            for name in ("WaitMinimum", "RandomRange", "RepeatTimes")
        )
        return float(wait * 2 ** min(failures, times)) + chance * spread
