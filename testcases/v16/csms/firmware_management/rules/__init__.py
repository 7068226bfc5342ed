"""Rules of OCPP 1.6 about firmware and diagnostics (catalogue chapter 13), as cases."""
