"""Rules of OCPP 1.6 about the local list (catalogue chapter 6), as cases."""
