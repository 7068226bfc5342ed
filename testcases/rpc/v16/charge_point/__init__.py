"""Cases for a charge point under test: plugproof plays the CSMS."""
