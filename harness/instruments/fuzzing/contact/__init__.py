"""How plugproof is connected to a system under test while it fuzzes it: as its stations, or as its CSMS."""
