"""`plugproof precheck --background`: simulated stations in a process of their own that keep the CSMS busy.

crew = crew_for(sut, wanted("office-day"), run)
with made_known(sut, crew, out), Background(crew, log) as background:
    background.wait_until_ready()
    ...
    report = background.end()
"""

from harness.processes.background.crew import Crew, crew_for
from harness.processes.background.known import made_known
from harness.processes.background.process import Background
from harness.processes.background.wanted import Wanted, wanted

__all__ = ["Background", "Crew", "Wanted", "crew_for", "made_known", "wanted"]
