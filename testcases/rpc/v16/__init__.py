"""Of OCPP-J 1.6."""
