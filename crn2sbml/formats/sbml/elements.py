"""The elements of SBML and MathML that every writer of this package needs, as text.

Arguments are text that is well formed already: ids of letters, digits and underscores, and what the
functions of this module return.
"""

from __future__ import annotations

from dataclasses import dataclass

from crn2sbml.chemistry.reaction import Complex

SBML = "http://www.sbml.org/sbml"
MATHML = "http://www.w3.org/1998/Math/MathML"
XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'

_REFERENCE_ATTRIBUTES = ' constant="true"'


def namespace(level: int, version: int) -> str:
    """Return the name space of a level and version of SBML, from Level 2 Version 2 on."""
    part = "/core" if level >= 3 else ""
    return f"{SBML}/level{level}/version{version}{part}"


@dataclass(frozen=True, slots=True)
class Form:
    """What differs between levels and versions.

    Parameters
    ----------
    level, version : int
        The level and the version of the document.
    reaction_attributes : str
        The attributes that every reaction has besides its id.
    reference_attributes : str
        The attributes that every species reference has besides species and coefficient.
    """

    level: int
    version: int
    reaction_attributes: str
    reference_attributes: str

    @property
    def namespace(self) -> str:
        """The name space of the elements."""
        return namespace(self.level, self.version)

    def in_compartment(self, compartment: str) -> str:
        """Return the attribute by which a reaction names its compartment, if it has one."""
        return f' compartment="{compartment}"' if self.level >= 3 else ""


LEVEL_3_VERSION_1 = Form(3, 1, ' reversible="false" fast="false"', _REFERENCE_ATTRIBUTES)
LEVEL_3_VERSION_2 = Form(3, 2, ' reversible="false"', _REFERENCE_ATTRIBUTES)
LEVEL_2_VERSION_4 = Form(2, 4, ' reversible="false"', "")


def opening(form: Form) -> str:
    """Write the tag that opens a document."""
    return f'<sbml xmlns="{form.namespace}" level="{form.level}" version="{form.version}">'


def reference(species: str, coefficient: int, attributes: str = _REFERENCE_ATTRIBUTES) -> str:
    """Write one species on one side of an arrow."""
    return f'<speciesReference species="{species}" stoichiometry="{coefficient}"{attributes}/>'


def references(element: str, side: Complex, attributes: str = _REFERENCE_ATTRIBUTES) -> str:
    """Write one side of an arrow on a line of its own; nothing if no species stands there."""
    if not side:
        return ""
    return f"<{element}>{''.join([reference(s, n, attributes) for s, n in side])}</{element}>\n"


def mass_action(compartment: str, rate: str, reactants: Complex) -> str:
    """Write the formula compartment * rate constant * product of the reactants.

    Powers are repeated symbols: several programs stumble over numbers in laws, one of them without
    a word.
    """
    factors = "".join([symbol(species) * exponent for species, exponent in reactants])
    return formula(apply("times", symbol(compartment), symbol(rate), factors))


def formula(content: str) -> str:
    """Write a formula."""
    return f'<math xmlns="{MATHML}">{content}</math>'


def apply(operator: str, *arguments: str) -> str:
    """Write an operation, such as "plus" or "times", on formulas."""
    return f"<apply><{operator}/>{''.join(arguments)}</apply>"


def symbol(identifier: str) -> str:
    """Write the id of something that has a value."""
    return f"<ci>{identifier}</ci>"


def plain_number(value: float) -> str:
    """Write a number of Python bit for bit, for formulas whose units nobody checks."""
    mantissa, _, exponent = repr(value).partition("e")
    if not exponent:
        return f"<cn>{mantissa}</cn>"
    return f'<cn type="e-notation">{mantissa}<sep/>{exponent}</cn>'
