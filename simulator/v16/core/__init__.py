"""What every feature of the station needs: registration, configuration, authorization, measurands."""
