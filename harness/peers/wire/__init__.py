"""Below the verbs of a case: what is written and heard as it is, for the cases about the rules of OCPP-J."""
