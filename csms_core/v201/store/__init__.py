"""What is kept of stations of OCPP 2.0.1: connectors, transactions and their events, meter values, the device model."""
