"""The words of the cases about OCPP-J itself: what is done to a station below the verbs, and at its door."""
