"""A charge point made with the `ocpp` package, with habits and faults of its own, and whoever stands in front of it."""
