"""Rules of OCPP 1.6 about registration, transactions, states and data (catalogue chapters 7 to 10), as cases."""
