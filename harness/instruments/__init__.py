"""Instruments beside the cases: each looks at a product in a way of its own, and is a command of its own."""
