"""The conformance cases and nothing else: a folder per OCPP version, role and profile. They import only `harness`."""
