"""Provisioning: the stations and tags of a run. `make(sut)` gives the provisioner its SUT file configures."""

from harness.adapters.base import Tell, tell_nobody
from harness.adapters.provisioning.base import Provisioner, TagRecord, tag_records
from harness.adapters.provisioning.ledger import Created
from harness.adapters.provisioning.none import NoProvisioner
from harness.adapters.provisioning.python import PythonProvisioner
from harness.adapters.provisioning.reference import ReferenceProvisioner
from harness.adapters.provisioning.rest import RestProvisioner
from harness.adapters.provisioning.trigger import TriggerProvisioner
from harness.sut import PythonFixtures, ReferenceFixtures, RestFixtures, Sut, TriggerFixtures


def make(sut: Sut, tell: Tell = tell_nobody) -> Provisioner:
    """The provisioner of a SUT; `tell` is given what it does. Opens nothing yet.

    Raises OperatorError when a class of the user's cannot be made.
    """
    settings = sut.fixtures
    if isinstance(settings, RestFixtures):
        return RestProvisioner(settings, sut, tell)
    if isinstance(settings, TriggerFixtures):
        return TriggerProvisioner(settings, sut)
    if isinstance(settings, PythonFixtures):
        return PythonProvisioner(settings, sut)
    if isinstance(settings, ReferenceFixtures):
        return ReferenceProvisioner(settings, sut)
    return NoProvisioner()


__all__ = ["Created", "Provisioner", "TagRecord", "make", "tag_records"]
