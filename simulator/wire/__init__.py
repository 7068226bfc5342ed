"""The connection to the CSMS: dialled, kept alive, and everything that goes over it."""
