"""The rules of OCPP-J as cases: what has to be provoked to be seen. Their ids are those of the rules."""
