"""Processes that a run starts and ends: the reference CSMS, and stations in the background."""
