"""Documents that OCPP 1.6 has: the report abstract and the PICS."""
