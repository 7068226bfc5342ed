"""Transactions put together from what passed: starts, stops, energy, and what is odd about them."""
