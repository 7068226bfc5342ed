"""The rules of OCPP 1.6 about Firmware Management, each as a case of its own; an id is that of its rule."""
