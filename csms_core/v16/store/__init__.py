"""What OCPP 1.6 keeps."""
