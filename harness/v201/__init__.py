"""What the harness has to know of OCPP 2.0.1."""
