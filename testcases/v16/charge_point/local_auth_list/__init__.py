"""Feature profile Local Authorization List Management (OCPP 1.6 chapter 3.2)."""
