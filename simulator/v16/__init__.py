"""A station that speaks OCPP 1.6."""
