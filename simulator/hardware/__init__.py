"""The box and its wires, whatever protocol it speaks: how it is built, what its meters read, what supplies it."""
