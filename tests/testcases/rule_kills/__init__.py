"""The rules of OCPP-J 1.6 that have cases of their own: a deliberate defect for each of them."""
