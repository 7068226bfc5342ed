"""Feature profile Remote Trigger (OCPP 1.6 chapter 3.2)."""
