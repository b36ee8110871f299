"""SBML as other people and other programs write it: read to the ODE that roadrunner integrates."""

import numpy as np
import pytest
import roadrunner
from scipy.integrate import solve_ivp

from crn2sbml import from_sbml
from crn2sbml.errors import FormatError, UnsupportedError

# Both integrate at relative tolerance 1e-10.
SAME_TRAJECTORY = 1e-7
T_END = 2.0

NAMESPACES = {
    (2, 1): "http://www.sbml.org/sbml/level2",
    (2, 3): "http://www.sbml.org/sbml/level2/version3",
    (2, 4): "http://www.sbml.org/sbml/level2/version4",
    (2, 5): "http://www.sbml.org/sbml/level2/version5",
    (3, 1): "http://www.sbml.org/sbml/level3/version1/core",
    (3, 2): "http://www.sbml.org/sbml/level3/version2/core",
}
MATHML = "http://www.w3.org/1998/Math/MathML"


def math(content):
    return f'<math xmlns="{MATHML}">{content}</math>'


def ci(name):
    return f"<ci> {name} </ci>"


def cn(value):
    return f"<cn>{value}</cn>"


def operator(name):
    def build(*arguments):
        return f"<apply><{name}/>{''.join(map(part, arguments))}</apply>"

    return build


def part(argument):
    if isinstance(argument, str):
        return argument if argument.startswith("<") else ci(argument)
    return cn(argument)


times, plus, minus, divide, power = map(operator, ("times", "plus", "minus", "divide", "power"))


def call(name, *arguments):
    return f"<apply>{ci(name)}{''.join(map(part, arguments))}</apply>"


def species(identifier, start='initialConcentration="1.5"', more="", compartment="c"):
    return f'<species id="{identifier}" compartment="{compartment}" {start} {more}/>'


def amount(identifier, value=1.5, more="", compartment="c"):
    return species(identifier, f'initialAmount="{value}"', more, compartment)


BOUNDARY = 'boundaryCondition="true"'
CONSTANT = 'boundaryCondition="true" constant="true"'
ONLY_SUBSTANCE = 'hasOnlySubstanceUnits="true"'


def references(side):
    return "".join(
        entry if entry.startswith("<") else reference(*entry.split()[::-1]) for entry in side
    )


def reference(name, count=1):
    return f'<speciesReference species="{name}" stoichiometry="{count}"/>'


def reaction(left, right, law, *, identifier="J", modifiers=(), local="", more=""):
    parts = (
        ("listOfReactants", references(left)),
        ("listOfProducts", references(right)),
        (
            "listOfModifiers",
            "".join(f'<modifierSpeciesReference species="{m}"/>' for m in modifiers),
        ),
    )
    lists = "".join(f"<{tag}>{content}</{tag}>" for tag, content in parts if content)
    return (
        f'<reaction id="{identifier}" reversible="false" {more}>{lists}'
        f"<kineticLaw>{math(part(law))}{local}</kineticLaw></reaction>"
    )


def model(
    reactions,
    kinds=None,
    *,
    level=(3, 1),
    parameters=None,
    sizes=None,
    functions="",
    assignments="",
    before="",
    model_attributes="",
    after="",
):
    """A whole document; species A, B, C and parameters k = 0.7, r = 0.2 unless told otherwise."""
    kinds = kinds or [species(s) for s in "AB"]
    parameters = {"k": 0.7, "r": 0.2} if parameters is None else parameters
    sizes = {"c": 1} if sizes is None else sizes
    constants = "".join(f'<parameter id="{p}" value="{v}"/>' for p, v in parameters.items())
    compartments = "".join(f'<compartment id="{c}" size="{v}"/>' for c, v in sizes.items())
    lists = (
        ("listOfFunctionDefinitions", functions),
        ("listOfCompartments", compartments),
        ("listOfSpecies", "".join(kinds)),
        ("listOfParameters", constants),
        ("listOfInitialAssignments", assignments),
        ("", before),
        ("listOfReactions", reactions if isinstance(reactions, str) else "".join(reactions)),
        ("", after),
    )
    inner = "".join(
        f"<{tag}>{content}</{tag}>" if tag else content for tag, content in lists if content
    )
    return completed(
        f'<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="{NAMESPACES[level]}" '
        f'level="{level[0]}" version="{level[1]}"><model id="m" {model_attributes}>{inner}</model>'
        f"</sbml>",
        level,
    )


def completed(text, level):
    """Add the attributes that Level 3 wants and nobody would like to read in the tests."""
    if level[0] == 2:
        return text
    for tag, defaults in {
        "compartment": {"constant": "true", "spatialDimensions": "3"},
        "parameter": {"constant": "true"},
        "species": {
            "hasOnlySubstanceUnits": "false",
            "boundaryCondition": "false",
            "constant": "false",
        },
        "reaction": {"fast": "false"} if level[1] == 1 else {},
        "speciesReference": {"constant": "true"},
    }.items():
        pieces = text.split(f"<{tag} ")
        for number, piece in enumerate(pieces[1:], start=1):
            own = piece[: piece.index(">")]
            added = [f'{key}="{v}"' for key, v in defaults.items() if f"{key}=" not in own]
            pieces[number] = " ".join([*added, piece])
        text = f"<{tag} ".join(pieces)
    return text


def function(identifier, arguments, body):
    variables = "".join(f"<bvar>{ci(a)}</bvar>" for a in arguments)
    content = f"<lambda>{variables}{part(body)}</lambda>"
    return f'<functionDefinition id="{identifier}">{math(content)}</functionDefinition>'


def assign(symbol, formula):
    return f'<initialAssignment symbol="{symbol}">{math(part(formula))}</initialAssignment>'


def local(level, **values):
    tag, item = (
        ("listOfParameters", "parameter")
        if level[0] == 2
        else ("listOfLocalParameters", "localParameter")
    )
    items = "".join(f'<{item} id="{p}" value="{v}"/>' for p, v in values.items())
    return f"<{tag}>{items}</{tag}>"


E_NOTATION = '<cn type="e-notation">5<sep/>-1</cn>'
RATIONAL = '<cn type="rational">3<sep/>4</cn>'
INTEGER = '<cn type="integer">2</cn>'

# Laws of A + B -> C at k = 0.7 in a compartment of size 1.
BIMOLECULAR = {
    "k A B": times("k", "A", "B"),
    "B k A": times("B", "k", "A"),
    "nested": times("k", times("A", "B")),
    "the other way nested": times(times("A", "k"), "B"),
    "with the compartment": times("c", "k", "A", "B"),
    "times a number": times(2, "k", "A", "B"),
    "e-notation": times(E_NOTATION, "A", "B"),
    "a rational number": times(RATIONAL, "A", "B"),
    "divided by a number": divide(times("k", "A", "B"), 2),
    "divided by a parameter": divide(times("A", "B"), "r"),
    "divided by a quotient": divide("A", divide(1, times("k", "B"))),
    "a square divided again": divide(times("k", power("A", 2), "B"), "A"),
    "powers of 1 and 0": times("k", power("A", 1), "B", power("C", 0)),
    "a real power": times("k", "A", power("B", "<cn> 1.0 </cn>")),
    "minus twice": minus(times("k", minus("A"), "B")),
    "a sum of one law": plus(times("k", "A", "B"), times("r", "A", "B")),
    "functions of constants": times("<apply><exp/><cn>0</cn></apply>", "k", "A", "B"),
    "a logarithm of constants": times("<apply><ln/><exponentiale/></apply>", "k", "A", "B"),
    "a root of constants": times(f"<apply><root/>{ci('r')}</apply>", "A", "B"),
    "a power of constants": times(power("k", "r"), "A", "B"),
    "minus nothing": minus(times("k", "A", "B"), times(0, "A")),
}


def three(level=(3, 1), **options):
    return dict(
        kinds=[
            species("A"),
            species("B", 'initialConcentration="0.5"'),
            species("C", 'initialConcentration="0"'),
        ],
        level=level,
        **options,
    )


CASES: dict[str, str | bytes] = {
    **{
        f"A + B -> C, {name}": (model(reaction(["A", "B"], ["C"], law), **three()))
        for name, law in BIMOLECULAR.items()
    },
    **{
        f"Level {level[0]} Version {level[1]}": (
            model(reaction(["A", "B"], ["C"], times("k", "A", "B")), **three(level))
        )
        for level in NAMESPACES
    },
    "A squared as a product": (model(reaction(["2 A"], ["B"], times("k", "A", "A")))),
    "A squared as a power": (model(reaction(["2 A"], ["B"], times("k", power("A", 2))))),
    "A squared as an integer power": (
        model(reaction(["2 A"], ["B"], times("k", power("A", INTEGER))))
    ),
    "A listed twice": (model(reaction(["A", "A"], ["B"], times("k", "A", "A")))),
    "order three": (model(reaction(["3 A"], ["B"], times("k", power("A", 3))))),
    "reversible": (model(reaction(["A"], ["B"], minus(times("k", "A"), times("r", "B"))))),
    "reversible, factored out": (
        model(
            reaction(["A"], ["2 B"], times("c", minus(times("k", "A"), times("r", power("B", 2)))))
        )
    ),
    "reversible, by an equilibrium constant": (
        model(reaction(["A"], ["B"], times("k", minus("A", divide("B", "r")))))
    ),
    "division by a sum of constants": (
        model(reaction(["A"], ["B"], divide(times("k", "A"), plus(1, "r"))))
    ),
    "an assignment that divides by a sum": (
        model(
            reaction(["A"], ["B"], times("k", "A")),
            assignments=assign("k", divide("r", plus("r", 1))),
        )
    ),
    "a difference of constants": (model(reaction(["A"], ["B"], times(minus(1, "r"), "k", "A")))),
    "a difference of constants, both ways": (
        model(
            reaction(
                ["A"],
                ["B"],
                minus(times(minus(1, "r"), "k", "A"), times(minus("k", "r"), "B")),
            )
        )
    ),
    "no formula where Version 2 needs none": (
        model(
            reaction(["A"], ["B"], times("k", "A")),
            level=(3, 2),
            assignments='<initialAssignment symbol="k"/>',
        )
    ),
    "reversible, the reverse first": (
        model(reaction(["A"], ["B"], plus(minus(times("r", "B")), times("k", "A"))))
    ),
    "zero order in and first order out": (
        model(
            [
                reaction([], ["A"], "k", identifier="J1"),
                reaction(["A"], [], times("r", "A"), identifier="J2"),
            ],
            [species("A")],
        )
    ),
    "a constant flux that is a number": (model(reaction([], ["A"], 0.3), [species("A")])),
    "a modifier as catalyst": (
        model(
            reaction(["A"], ["B"], times("k", "A", "E"), modifiers=["E"]),
            [species(s) for s in "ABE"],
        )
    ),
    "a catalyst on both sides": (
        model(reaction(["A", "E"], ["B", "E"], times("k", "A", "E")), [species(s) for s in "ABE"])
    ),
    "autocatalysis by a modifier that is the product": (
        model(reaction(["A"], ["B"], times("k", "A", "B")))
    ),
    "a catalyst that is consumed elsewhere": (
        model(
            [
                reaction(["A"], ["B"], times("k", "A", "E"), modifiers=["E"]),
                reaction(["E"], [], times("r", "E"), identifier="J2"),
            ],
            [species(s) for s in "ABE"],
        )
    ),
    "a boundary species that is consumed": (
        model(reaction(["A"], ["B"], times("k", "A")), [species("A", more=BOUNDARY), species("B")])
    ),
    "a boundary species that is produced": (
        model(
            reaction(["A"], ["B"], times("k", "A", "B")),
            [species("A"), species("B", more=BOUNDARY)],
        )
    ),
    "a boundary species that the rate ignores": (
        model(reaction(["F"], ["B"], "k"), [species("F", more=BOUNDARY), species("B")])
    ),
    "a constant species": (
        model(
            reaction(["A", "E"], ["B", "E"], times("k", "A", "E")),
            [species("A"), species("B"), species("E", more=CONSTANT)],
        )
    ),
    "local parameters of Level 2": (
        model(reaction(["A"], ["B"], times("k", "A"), local=local((2, 4), k=0.25)), level=(2, 4))
    ),
    "local parameters of Level 3": (
        model(
            [
                reaction(["A"], ["B"], times("k", "A"), local=local((3, 1), k=0.25)),
                reaction(["B"], ["A"], times("k", "B"), identifier="J2"),
            ]
        )
    ),
    "a local parameter with the name of a species": (
        model(reaction(["A"], ["B"], times("B", "A"), local=local((3, 1), B=0.25)))
    ),
    "function definitions": (
        model(
            reaction(["A", "B"], ["C"], times("c", call("ma", "k", "A", "B"))),
            functions=function("ma", "xyz", times("x", "y", "z")),
            **three(),
        )
    ),
    "function definitions that call each other": (
        model(
            reaction(["A", "B"], ["C"], call("rev", "k", "A", "B", "r", "C")),
            functions=function("ma", "xyz", times("x", "y", "z"))
            + function(
                "rev", ["a", "b", "x", "y", "z"], minus(call("ma", "a", "b", "x"), times("y", "z"))
            ),
            **three(),
        )
    ),
    "COPASI's constant flux": (
        model(
            reaction([], ["A"], times("c", call("Constant_flux", "k"))),
            [species("A")],
            functions=function("Constant_flux", "v", "v"),
        )
    ),
    "an argument with the name of a species": (
        model(
            reaction(["A"], ["B"], call("f", "k", "A")),
            functions=function("f", ["B", "k"], times("B", "k")),
        )
    ),
    "parameters by initial assignment": (
        model(
            reaction(["A"], ["B"], times("kk", "A")),
            parameters={"k": 0.7, "r": 0.2, "kk": 5},
            assignments=assign("kk", divide("k", "r")),
        )
    ),
    "assignments that need each other": (
        model(
            reaction(["A"], ["B"], times("k1", "A")),
            parameters={"k": 0.7, "k1": 1, "k2": 2},
            assignments=assign("k1", times("k2", 2)) + assign("k2", divide("k", 3)),
        )
    ),
    "starts by initial assignment": (
        model(reaction(["A"], ["B"], times("k", "A")), assignments=assign("A", plus("k", "r")))
    ),
    "starts that need a species": (
        model(reaction(["A"], ["B"], times("k", "A")), assignments=assign("A", times(3, "B")))
    ),
    "amounts in a larger compartment": (
        model(
            reaction(["A"], ["B"], times("c", "k", "A")),
            [amount("A"), amount("B", 0.25)],
            sizes={"c": 2.5},
        )
    ),
    "a law without the size of its compartment": (
        model(reaction(["A"], ["B"], times("k", "A")), sizes={"c": 2.5})
    ),
    "order two in a larger compartment": (
        model(reaction(["A", "B"], ["C"], times("k", "A", "B", "c")), sizes={"c": 2.5}, **three())
    ),
    "laws in amounts": (
        model(
            reaction(["A", "B"], ["C"], divide(times("k", "A", "B"), "c")),
            [amount(s, 1.5, ONLY_SUBSTANCE) for s in "ABC"],
            sizes={"c": 2.5},
        )
    ),
    "amounts and concentrations mixed": (
        model(
            reaction(["A", "B"], ["C"], times("k", "A", "B")),
            [amount("A", 1.5, ONLY_SUBSTANCE), species("B"), amount("C", 0.5)],
            sizes={"c": 2.5},
        )
    ),
    "an assignment to an amount": (
        model(
            reaction(["A"], ["B"], times("k", "A")),
            [amount("A", 1, ONLY_SUBSTANCE), species("B")],
            sizes={"c": 2.5},
            assignments=assign("A", 3),
        )
    ),
    "a size by initial assignment": (
        model(
            reaction(["A"], ["B"], times("k", "A")),
            sizes={"c": 1},
            assignments=assign("c", plus("k", 2)),
        )
    ),
    "two compartments of the same size": (
        model(
            reaction(["A"], ["B"], times("c", "k", "A")),
            [species("A"), species("B", compartment="d")],
            sizes={"c": 2.5, "d": 2.5},
        )
    ),
    "transport between compartments of different sizes": (
        model(
            reaction(["A"], ["B"], minus(times("c", "k", "A"), times("d", "r", "B"))),
            [species("A"), amount("B", compartment="d")],
            sizes={"c": 2.5, "d": 0.5},
        )
    ),
    "order two in compartments of different sizes": (
        model(
            [
                reaction(["2 A"], ["B"], times("c", "k", "A", "A")),
                reaction(["B"], [], times("r", "B"), identifier="J2"),
            ],
            [species("A"), species("B", compartment="d", more=ONLY_SUBSTANCE)],
            sizes={"c": 2.5, "d": 0.5},
        )
    ),
    "stoichiometry by a formula": (
        model(
            reaction(
                ["A"],
                [
                    '<speciesReference species="B"><stoichiometryMath>'
                    f"{math(cn(3))}</stoichiometryMath></speciesReference>"
                ],
                times("k", "A"),
            ),
            level=(2, 4),
        )
    ),
    "stoichiometry by an initial assignment": (
        model(
            reaction(["A"], ['<speciesReference id="n" species="B"/>'], times("k", "A")),
            assignments=assign("n", plus(1, 1)),
        )
    ),
    "stoichiometry left out in Level 2": (
        model(reaction(['<speciesReference species="A"/>'], ["B"], times("k", "A")), level=(2, 4))
    ),
    "a conversion factor": (
        model(reaction(["A"], ["B"], times("k", "A")), model_attributes='conversionFactor="r"')
    ),
    "conversion factors of species": (
        model(
            reaction(["A"], ["B"], times("k", "A")),
            [species("A", more='conversionFactor="r"'), species("B", more='conversionFactor="r"')],
        )
    ),
    "a rate of 0": (
        model(
            [
                reaction(["A"], ["B"], times("zero", "A")),
                reaction(["B"], ["A"], times("k", "B"), identifier="J2"),
            ],
            parameters={"k": 0.7, "zero": 0},
        )
    ),
    "negative rates run backwards": (
        model(reaction(["A"], ["B"], times("n", "B")), parameters={"n": -0.5})
    ),
    "rules and events elsewhere": (
        model(
            reaction(["A"], ["B"], times("k", "A")),
            parameters={"k": 0.7, "x": 1, "y": 2},
            before=f'<listOfRules><assignmentRule variable="x">{math(times("A", 2))}'
            f'</assignmentRule><rateRule variable="y">{math(cn(1))}</rateRule></listOfRules>',
        )
    ),
    "words as ids": (
        model(
            reaction(["species"], ["time"], times("pi", "species")),
            [species("species"), species("time")],
            parameters={"pi": 0.5},
        )
    ),
    "notes and annotations everywhere": (
        model(reaction(["A"], ["B"], times("k", "A"))).replace(
            "<listOfSpecies>",
            '<listOfSpecies><notes><p xmlns="http://www.w3.org/1999/xhtml">species</p></notes>'
            '<annotation><listOfSpecies xmlns="urn:x"><species id="A"/></listOfSpecies>'
            "</annotation>",
        )
    ),
    "prefixes": (
        model(reaction(["A"], ["B"], times("k", "A")))
        .replace("<math xmlns", "<m:math xmlns:m")
        .replace("</math>", "</m:math>")
        .replace("<apply>", "<m:apply>")
        .replace("</apply>", "</m:apply>")
        .replace("<times/>", "<m:times/>")
        .replace("<ci>", "<m:ci>")
        .replace("</ci>", "</m:ci>")
    ),
    "UTF-16": (
        model(reaction(["A"], ["B"], times("k", "A"))).replace("UTF-8", "UTF-16").encode("utf-16")
    ),
    "Latin-1": (
        model(
            reaction(["A"], ["B"], times("k", "A")),
            [species("A", more='name="größe"'), species("B")],
        )
        .replace("UTF-8", "ISO-8859-1")
        .encode("latin-1")
    ),
    "semantics around the formula": (
        model(
            reaction(
                ["A"], ["B"], f"<semantics>{times('k', 'A')}<annotation>x</annotation></semantics>"
            )
        )
    ),
}


def roadrunner_runs(text, columns):
    runner = roadrunner.RoadRunner(text if isinstance(text, str) else decoded(text))
    runner.integrator.relative_tolerance = 1e-10
    runner.integrator.absolute_tolerance = 1e-14
    runner.timeCourseSelections = columns
    return np.array(runner.simulate(0, T_END, 11))


def decoded(content):
    """Text that roadrunner's own parser takes, whatever the encoding was."""
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "latin-1"
    return content.decode(encoding).replace("UTF-16", "UTF-8").replace("ISO-8859-1", "UTF-8")


@pytest.mark.parametrize("text", CASES.values(), ids=CASES)
def test_roadrunner_integrates_the_same_ode(text):
    crn = from_sbml(text)
    pattern = "{}" if crn.quantity == "amount" else "[{}]"
    columns = [pattern.format(s) for s in crn.species_ids]
    expected = roadrunner_runs(text, columns)
    found = solve_ivp(
        lambda _, x: crn.right_hand_side(x),
        (0.0, T_END),
        crn.initial_state,
        "LSODA",
        np.linspace(0.0, T_END, 11),
        rtol=1e-10,
        atol=1e-14,
    ).y.T
    np.testing.assert_allclose(found, expected, rtol=SAME_TRAJECTORY, atol=SAME_TRAJECTORY)
    # A model in which nothing happens would prove nothing.
    assert np.ptp(expected, axis=0).max() > 0.01


def test_what_boundary_species_are_is_kept():
    crn = from_sbml(CASES["a boundary species that is consumed"])
    assert (crn.buffered_species, crn.dynamic_species) == (("A",), ("B",))
    crn = from_sbml(CASES["a constant species"])
    assert (crn.enzymatic_species, crn.dynamic_species) == (("E",), ("A", "B"))


def test_ids_and_names_are_kept_where_they_fit():
    crn = from_sbml(CASES["reversible"])
    assert [str(r) for r in crn.reactions] == ["A --k--> B", "B --r--> A"]
    assert [r.id for r in crn.reactions] == ["J", "J_reverse"]
    assert from_sbml(CASES["Latin-1"]).species[0].name == "größe"


def refused(law, **options):
    return model("\n" + reaction(["A"], ["B"], law), **options)


def rule(kind, variable, content):
    attribute = f' variable="{variable}"' if variable else ""
    return f"<listOfRules>\n<{kind}{attribute}>{math(part(content))}</{kind}></listOfRules>"


PLAIN = reaction(["A"], ["B"], times("k", "A"))
EVENT = (
    f'\n<listOfEvents><event useValuesFromTriggerTime="true"><trigger initialValue="true" '
    f'persistent="true">{math("<true/>")}</trigger><listOfEventAssignments>\n'
    f'<eventAssignment variable="A">{math(cn(1))}</eventAssignment></listOfEventAssignments>'
    "</event></listOfEvents>"
)
TIME = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>'
PIECEWISE = f"<piecewise><piece>{ci('k')}<apply><gt/>{ci('A')}{cn(1)}</apply></piece></piecewise>"

# Document and line of what is no mass action, and words that name it.
REFUSED = {
    "Michaelis and Menten": (
        refused(divide(times("k", "A"), plus("r", "A"))),
        2,
        "divides by a sum",
    ),
    "a Hill function": (
        refused(divide(times("k", power("A", 2)), plus("r", power("A", 2)))),
        2,
        "divides by a sum",
    ),
    "a piecewise law": (refused(PIECEWISE), 2, "piecewise"),
    "a law of time": (refused(times("k", "A", TIME)), 2, "depends on time"),
    "a fractional order": (refused(times("k", power("A", 0.5))), 2, "power 0.5 depends on 'A'"),
    "an exponent that is a species": (refused(power("k", "A")), 2, "exponent depends on 'A'"),
    "division by a species": (refused(divide("A", "B")), 2, "divides by the species 'B'"),
    "an exponential of a species": (refused("<apply><exp/><ci>A</ci></apply>"), 2, "'A'"),
    "consumption that the rate ignores": (refused(times("k", "B")), 2, "more of 'A'"),
    "a rule for a rate": (model(PLAIN, before=rule("assignmentRule", "k", 1)), 2, "'k'"),
    "a rule for a species": (model(PLAIN, before=rule("rateRule", "B", 1)), 2, "'B'"),
    "an algebraic rule": (
        model(PLAIN, before=rule("algebraicRule", "", minus("A", "B"))),
        2,
        "model",
    ),
    "a rule for the compartment": (model(PLAIN, before=rule("rateRule", "c", 1)), 2, "'c'"),
    "an event": (model(PLAIN, after=EVENT), 2, "'A'"),
    "a fast reaction": (
        model("\n" + reaction(["A"], ["B"], times("k", "A"), more='fast="true"')),
        2,
        "'J' is 'fast'",
    ),
    "half a molecule": (model("\n" + reaction(["A"], ["0.5 B"], times("k", "A"))), 2, "is 0.5"),
    "different conversion factors": (
        model("\n" + PLAIN, [species("A", more='conversionFactor="r"'), species("B")]),
        2,
        "conversion",
    ),
    "a package that is needed": (
        model(PLAIN).replace(
            "<sbml ",
            '<sbml xmlns:comp="http://www.sbml.org/sbml/level3/version1/comp/version1" '
            'comp:required="true" ',
        ),
        1,
        "comp",
    ),
}


@pytest.mark.parametrize(("text", "line", "words"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_mass_action_is_refused_with_its_place(text, line, words):
    with pytest.raises(UnsupportedError, match=rf"line {line}: .*{words}"):
        from_sbml(text)


def test_a_reaction_without_a_law_is_refused():
    text = model(PLAIN).replace("<kineticLaw>", "<!--").replace("</kineticLaw>", "-->")
    with pytest.raises(FormatError, match="line 1: reaction 'J': it has no kinetic law"):
        from_sbml(text)
