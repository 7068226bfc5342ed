"""The rules of OCPP 1.6 about Reservation, each as a case of its own; an id is that of its rule."""
