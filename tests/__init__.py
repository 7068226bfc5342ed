"""The tests of plugproof, in a tree like that of what they test (CONTRIBUTING.md)."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout: whoever needs a file of it starts here, and may be moved himself."""
