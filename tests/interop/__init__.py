"""plugproof against the `ocpp` package of mobilityhouse, an implementation that shares no code with it."""
