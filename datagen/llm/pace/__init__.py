"""Ask stage, pace: as many and as fast requests as the endpoint bears, and an end when it is dead."""

from datagen.llm.pace.slots import Pace, PaceState, Slot

__all__ = ["Pace", "PaceState", "Slot"]
