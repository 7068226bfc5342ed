"""The file server: where stations fetch firmware and leave diagnostics and logs (OCPP 1.6 §5.9, §5.19; white paper L01,
N01).

Every job has a place of its own, named by a token nobody can guess: `http://host:port/<token>/` and, by FTP, the
account `job-<id>` with the token as its password. At a place to leave files nothing can be fetched, and the other way
round. `depot` keeps the bytes under names of its own choice, so no name a station sends ever reaches the file system;
`places` knows which job a token belongs to and books what was moved; `http` and `ftp` are the doors, each in the clear
and, with the server certificate of the PKI, within TLS.
"""

from __future__ import annotations

from csms_core.files.depot import Depot, DepotError
from csms_core.files.places import JobPlaces, Place, Places
from csms_core.files.server import FileServer

__all__ = ["Depot", "DepotError", "FileServer", "JobPlaces", "Place", "Places"]
