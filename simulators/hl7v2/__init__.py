"""Pair HL7 v2 en MLLP : il écoute (PFI, SIH, laboratoire, DPI), acquitte, garde tout ; il sait émettre."""

from simulators.hl7v2.simulateur import SimulateurHl7v2

__all__ = ["SimulateurHl7v2"]
