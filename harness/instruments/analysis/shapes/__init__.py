"""The shapes in which programs write down what passed; a module for each, and one table of all (``shapes.known``)."""
