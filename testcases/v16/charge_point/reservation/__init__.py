"""Feature profile Reservation (OCPP 1.6 chapter 3.2)."""
