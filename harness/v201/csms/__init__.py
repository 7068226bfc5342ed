"""Words, states and fixtures of the cases for a CSMS."""
