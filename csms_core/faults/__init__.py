"""Ways to break the CSMS that have to do with no version: frames, handshakes, certificates."""
