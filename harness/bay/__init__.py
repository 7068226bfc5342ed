"""The bay: where the station under test stands while a run lasts, and what it is connected to.

A station comes by itself and stays; cases begin and end beside it. So the ports, the connection and what is known of
the station outlive the cases: whoever plays the CSMS of a case is the bay's host for a while.
"""
