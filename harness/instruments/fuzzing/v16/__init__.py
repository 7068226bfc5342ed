"""Fuzzing of OCPP 1.6: the code table, and what is sent to a CSMS and to a charge point."""
