"""What the harness has to know of OCPP 1.6."""
