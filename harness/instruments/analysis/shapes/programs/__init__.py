"""What programs print, each in lines of its own."""
