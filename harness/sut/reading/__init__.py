"""From the text of a SUT file, or an address alone, to its model: `load` is the place where a version is picked."""

from harness.sut.reading.loading import DEFAULT_VERSION, for_url, load, parse

__all__ = ["DEFAULT_VERSION", "for_url", "load", "parse"]
