"""The tables of a SUT file, one module each."""
