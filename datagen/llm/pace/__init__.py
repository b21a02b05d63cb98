"""Ask stage, pace: as many and as fast requests as the endpoint bears, and an end when it is dead."""

from datagen.llm.pace.leases import LeasedPace, Needs
from datagen.llm.pace.slots import Pace, PaceState, Slot

__all__ = ["LeasedPace", "Needs", "Pace", "PaceState", "Slot"]
