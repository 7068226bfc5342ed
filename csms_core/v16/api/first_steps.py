"""What the documentation of the API opens with: from nothing to a transaction, in lines that work as they stand.

Written with the addresses of the CSMS that is asked, so that nothing has to be filled in.
"""

from __future__ import annotations

from string import Template
from typing import Final

_TEXT: Final = Template("""\
Everything a back office does by hand: stations, tags, operations, files, certificates, and deliberate faults.

## First steps

1. Make a station known, and a tag that may charge:

   ```sh
   curl -X PUT $api/api/v1/stations/CP-1
   curl -X PUT $api/api/v1/tags/TAG-1
   ```

2. Let the charge point connect to `$ocpp/CP-1`. A simulated one takes a terminal of its own; with a vehicle in it:

   ```sh
   echo plug_in 1 | plugproof station $ocpp --id CP-1
   ```

3. Look whether it is there (`online` is true) and what its connectors say:

   ```sh
   curl $api/api/v1/stations/CP-1
   ```

4. Have it charge for the tag, and see the transaction:

   ```sh
   curl -X POST $api/api/v1/stations/CP-1/operations/RemoteStartTransaction \\
     -H 'Content-Type: application/json' -d '{"idTag": "TAG-1", "connectorId": 1}'
   curl '$api/api/v1/transactions?running=true'
   ```

An operation is answered with what the station has answered; under **operations** there is one for every CALL of the
CSMS, with the OCPP payload as its body. An error is one sentence in `detail`. From another machine every request needs
a token in the header `Authorization: Bearer ...`, which `POST /api/v1/tokens` makes on the machine of the CSMS. The
console at [/]($api/) shows all of it live.
""")


def first_steps(api: str, ocpp: str) -> str:
    """The text in Markdown; `api` is the address of the API, `ocpp` that of the stations, both without a slash."""
    return _TEXT.substitute(api=api, ocpp=ocpp)
