"""The car park: simulated stations, played by a click, with the power of each outlet over time beside its limit."""
