"""What the cases of Core ask of a station: its keys, its meter values, and how it charges offline (OCPP 1.6)."""
