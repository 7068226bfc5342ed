"""Feature profile Smart Charging (OCPP 1.6 chapter 3.2)."""
