"""The conformance cases and nothing else: a folder per OCPP version, role and profile. They import only `harness`.

`plugproof precheck` runs them, and so does ``pytest --pyargs testcases --sut FILE``. `plugproof list` tells their ids;
CONTRIBUTING.md how another one is added.
"""
