"""Options of the commands that run stations, each declared once, and the errors for what nobody can use."""
