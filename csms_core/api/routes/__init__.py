"""The routes that every version of OCPP has."""
