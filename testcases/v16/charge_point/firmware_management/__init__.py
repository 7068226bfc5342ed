"""Feature profile Firmware Management (OCPP 1.6 chapter 3.2)."""
