"""What OCPP 1.6 makes of a model: the facts, the features and the configuration keys of a station."""
