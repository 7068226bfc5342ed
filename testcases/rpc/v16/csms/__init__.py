"""Cases for a CSMS under test: plugproof plays the station."""
