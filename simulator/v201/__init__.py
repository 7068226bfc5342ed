"""A charging station that speaks OCPP 2.0.1, by its functional blocks."""
