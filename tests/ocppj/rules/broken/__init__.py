"""For every rule of OCPP 1.6 that frames are judged by a conversation that breaks it: a module per chapter.

`python -m tests.ocppj.rules.kills` writes the matrix of them.
"""

from typing import Final

from tests.ocppj.rules.broken import boot, connection, core, errors, messages, profiles, security, values
from tests.ocppj.rules.broken.model import Breach

BREACHES: Final[tuple[Breach, ...]] = tuple(
    breach
    for module in (connection, messages, errors, values, boot, core, profiles, security)
    for breach in module.BREACHES
)
