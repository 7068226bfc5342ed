"""The routes for what OCPP 1.6 brings."""
