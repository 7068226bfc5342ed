"""What only OCPP 1.6 knows."""
