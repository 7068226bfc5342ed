"""One module for each profile of OCPP 1.6, with its operations, keys and hooks."""
