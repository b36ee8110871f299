"""What can be promised of a reaction network: the theory of the paper as software."""

from crn2sbml.theory.certificate.certificate import Certificate, Level, Settling, SpeciesCertificate
from crn2sbml.theory.certificate.certifier import certify
from crn2sbml.theory.certificate.statements import Statement, Verdict
from crn2sbml.theory.examination import examine
from crn2sbml.theory.implementation import Difference, Implementation, implements, subsystem
from crn2sbml.theory.settling.times import (
    Envelope,
    closed_envelope,
    envelope,
    layer_settling_times,
    settling_time,
    time_from_infinity,
)

__all__ = [
    "Certificate",
    "Difference",
    "Envelope",
    "Implementation",
    "Level",
    "Settling",
    "SpeciesCertificate",
    "Statement",
    "Verdict",
    "certify",
    "closed_envelope",
    "envelope",
    "examine",
    "implements",
    "layer_settling_times",
    "settling_time",
    "subsystem",
    "time_from_infinity",
]
