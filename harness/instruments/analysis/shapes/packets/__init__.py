"""Captures of packets: from packets to bytes of a connection, and from those to messages."""
