"""The routes of OCPP 2.0.1: what is known of its stations. Its operations are those of `csms_core.api.routes`."""
