"""Rules of OCPP 1.6 about charging profiles (catalogue chapter 12), as cases."""
