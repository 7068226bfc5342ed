"""Security (OCPP 1.6 security white paper, edition 3): handshakes, passwords, certificates, logs, signed firmware."""
