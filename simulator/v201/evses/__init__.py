"""EVSEs with their connectors: what is plugged, what is broken, what is in service (P2 block G)."""
