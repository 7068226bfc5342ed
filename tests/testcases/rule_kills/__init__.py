"""The kill matrices of the rules of OCPP-J that are cases: a fault for each, under which it fails or warns."""
