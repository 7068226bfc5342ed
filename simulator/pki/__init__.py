"""Certificates and keys of a station, whatever it speaks."""
