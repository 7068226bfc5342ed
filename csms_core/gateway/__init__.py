"""The doors: sockets that are listened on, handshakes that are judged, connections that are served."""
