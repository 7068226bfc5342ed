"""What only OCPP 2.0.1 knows."""
