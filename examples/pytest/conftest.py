"""The fixtures of plugproof for the tests of this folder."""

pytest_plugins = ["csms_core.fixtures", "simulator.fixtures"]
