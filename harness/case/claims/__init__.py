"""Answers of the PICS that the wire contradicts. They are findings beside the cases and change no verdict.

`check` looks at the trace of one case, `summed` at those of a whole run. The rules:

PICS-01  what is denied is done: an operation, an option of it, or a value that no declared one allows
PICS-02  what is claimed is refused as not implemented or not supported
PICS-03  a value in a message or a configuration key is another one than declared
PICS-04  SupportedFeatureProfiles names other profiles than the claims
PICS-05  an optional configuration key is there although denied, or missing although claimed
PICS-06  a configuration key can be changed although claimed fixed, or the other way round
"""

from harness.case.claims.checking import Compared, check
from harness.case.claims.model import Mismatch
from harness.case.claims.recording import records, summed

__all__ = ["Compared", "Mismatch", "check", "records", "summed"]
