"""What the documentation of the API says of OCPP 2.0.1, in lines that work as they stand."""

from __future__ import annotations

from string import Template
from typing import Final

_TEXT: Final = Template("""\
## OCPP 2.0.1

A station that offers `ocpp2.0.1` is served on the same address, `$ocpp/...`. Stations, tags, reports, faults and events
are where they are for all; what is of the version has it in its path:

```sh
curl $api/api/v1/ocpp2.0.1/stations/CS-1/variables
curl -X POST $api/api/v1/ocpp2.0.1/stations/CS-1/operations/RequestStartTransaction \\
  -H 'Content-Type: application/json' \\
  -d '{"remoteStartId": 1, "evseId": 1, "idToken": {"idToken": "TAG-1", "type": "ISO14443"}}'
curl '$api/api/v1/ocpp2.0.1/transactions?running=true'
```

An idToken is looked up among the tags. A tag with a `type` is for idTokens of this type alone, and its `parentIdTag`
is told as the groupIdToken.
""")


def first_steps(api: str, ocpp: str) -> str:
    """The text in Markdown; `api` is the address of the API, `ocpp` that of the stations, both without a slash."""
    return _TEXT.substitute(api=api, ocpp=ocpp)
