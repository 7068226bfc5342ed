"""A back office of another make: correct by OCPP 1.6, with habits that neither plugproof nor its reference CSMS has.

It stands on plain `websockets` and has frames, books and an API of its own; it imports nothing of plugproof. Every
habit is a switch in `habits.py`. `python -m tests.interop.depot` runs it.
"""
