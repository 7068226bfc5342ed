"""The rules of chapter 5 of the catalogue, boot and registration, as cases for a charge point."""
