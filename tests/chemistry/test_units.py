"""Laboratory units: the same chemistry, scaled, in every simulator, with nothing to report."""

import re
from dataclasses import replace

import libsbml
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from crn2sbml import (
    Activation,
    Crn,
    LabUnits,
    NeuralNetwork,
    Simulator,
    bench_values,
    compile_network,
    from_antimony,
    from_sbml,
    in_lab_units,
    to_antimony,
    to_sbml,
    union,
)
from crn2sbml.chemistry.units import dimensionless
from crn2sbml.construction.recognise import recognise_network
from crn2sbml.errors import CrnError, FormatError, UnitError, UnsupportedError
from tests.strategies import inputs_for, networks

NETWORK = NeuralNetwork.random(
    (2, 3, 1), [Activation(0.5, {2: 1.0, 3: 0.5}), Activation(1.0)], rng=1
)
INPUTS = [0.5, 1.0]
UNITS = {
    "nanomolar and hours": ("50 nM", "1 h"),
    "micromolar and seconds": ("0.3 umol/L", "90 s"),
    "molecules in a cell": ("2 particle/fL", "1 minute"),
}
# The same trajectory, scaled, up to the integrators' own errors at their tightest tolerances.
SCALED = 1e-8


def lab(name):
    return LabUnits.parse(*UNITS[name])


@pytest.mark.parametrize(
    ("concentration", "time", "amount", "unit", "molar", "seconds"),
    [
        ("50 nM", "1 h", 50.0, "nM", 1e-9, 3600.0),
        ("50nM", "1h", 50.0, "nM", 1e-9, 3600.0),
        (" 1e-3  mmol/l ", "2.5 ms", 1e-3, "mmol/l", 1e-3, 1e-3),
        ("1 mol / m^3", "1 day", 1.0, "mol / m^3", 1e-3, 86400.0),
        ("0.2 µM", "30 min", 0.2, "µM", 1e-6, 60.0),
    ],
)
def test_quantities_are_read_in_the_units_that_were_typed(
    concentration, time, amount, unit, molar, seconds
):
    units = LabUnits.parse(concentration, time)
    assert (units.concentration, units.concentration_unit) == (amount, unit)
    assert units.molar == pytest.approx(molar, rel=1e-12)
    assert units.seconds == pytest.approx(seconds, rel=1e-12)


@pytest.mark.parametrize(
    ("concentration", "time", "words"),
    [
        ("50", "1 h", "'50' is no number with a unit"),
        ("nM", "1 h", "'nM' is no number with a unit"),
        ("50 banana", "1 h", "'banana' is not defined"),
        ("50 s", "1 h", r"\[time\]; it must be one of concentration"),
        ("50 nM", "1 nM", "it must be one of time"),
        ("-1 nM", "1 h", "positive"),
        ("0 nM", "1 h", "positive"),
        ("1e999 nM", "1 h", "positive"),
        ("50 nM", "1 __import__('os')", "is no number with a unit"),
        ("1 degC", "1 h", "must be one of concentration"),
    ],
)
def test_a_wrong_unit_is_one_clear_error(concentration, time, words):
    with pytest.raises(UnitError, match=words):
        LabUnits.parse(concentration, time)


@given(networks(), st.floats(0.01, 1e3), st.floats(0.01, 1e3), st.data())
def test_the_right_hand_side_is_scaled(network, concentration, time, data):
    crn = compile_network(network, inputs=data.draw(inputs_for(network))[0])
    units = LabUnits(concentration, "nM", 1e-9, time, "h", 3600.0)
    scaled = in_lab_units(crn, units)
    states = np.random.default_rng(1).uniform(0.1, 2.0, (3, len(crn.species)))
    expected = crn.right_hand_side(states) * concentration / time
    found = scaled.right_hand_side(states * concentration)
    sizes = np.abs(crn.reaction_rates(states)).max() * concentration / time
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12 * sizes)


def test_a_constant_of_several_orders_becomes_one_for_each():
    crn = Crn.from_text(["0 --k--> X", "X --k--> 0", "2 X --k--> X", "X + Y --l--> X"])
    scaled = in_lab_units(crn, LabUnits.parse("10 nM", "2 h"))
    assert scaled.rate_constant_values == {
        "k_order_0": 5.0,
        "k_order_1": 0.5,
        "k_order_2": 0.05,
        "l": 0.05,
    }
    assert [r.rate for r in scaled.reactions] == ["k_order_0", "k_order_1", "k_order_2", "l"]


def test_without_units_a_reaction_network_stays_as_it_is():
    crn = compile_network(NETWORK, "absorbed", INPUTS)
    assert in_lab_units(crn, None) is crn


def test_numbers_that_leave_the_doubles_are_an_error():
    crn = Crn.from_text(["0 --a--> X", "9 X --b--> 8 X"])
    with pytest.raises(UnitError, match="the rate constant b is 1 and leaves the range"):
        in_lab_units(crn, LabUnits.parse("1e45 nM", "1 h"))


@pytest.mark.parametrize("level_version", [(3, 1), (3, 2), (2, 4)])
@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
@pytest.mark.parametrize("name", UNITS)
def test_libsbml_has_nothing_to_report(name, encoding, level_version):
    crn = compile_network(NETWORK, encoding, INPUTS)
    text = to_sbml(crn, 2.0, level_version=level_version, units=lab(name))
    document = libsbml.readSBMLFromString(text)
    for category in range(8):
        document.setConsistencyChecks(category, True)
    assert document.checkConsistency() == 0
    assert document.getNumErrors() == 0


def assert_same_numbers(read, written):
    assert read.rate_constant_values == written.rate_constant_values
    assert {s.id: s.initial for s in read.species} == {s.id: s.initial for s in written.species}


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
@pytest.mark.parametrize("name", UNITS)
def test_what_is_written_is_read_bit_for_bit(name, encoding):
    crn = compile_network(NETWORK, encoding, INPUTS)
    assert_same_numbers(from_sbml(to_sbml(crn, units=lab(name))), in_lab_units(crn, lab(name)))


# Each starts antimony in a process of its own.
@pytest.mark.parametrize("name", ["nanomolar and hours", "molecules in a cell"])
def test_also_in_antimony(name):
    crn = compile_network(NETWORK, "absorbed", INPUTS)
    text = to_antimony(crn, units=lab(name))
    assert_same_numbers(from_antimony(text), in_lab_units(crn, lab(name)))


def same_numbers(crn):
    return {s.id: s.initial for s in crn.species}, crn.rate_constant_values


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
@pytest.mark.parametrize("name", UNITS)
@pytest.mark.parametrize(
    ("write", "read"),
    [
        (to_sbml, from_sbml),
        (lambda crn, units: to_sbml(crn, level_version=(3, 2), units=units), from_sbml),
        (lambda crn, units: to_sbml(crn, level_version=(2, 4), units=units), from_sbml),
        (to_antimony, from_antimony),
    ],
    ids=["L3V1", "L3V2", "L2V4", "antimony"],
)
def test_units_come_back_from_files_with_what_1_stands_for(name, encoding, write, read):
    units = lab(name)
    crn = compile_network(NETWORK, encoding, INPUTS)
    text = write(crn, units=units)
    again = read(text)
    kept = again.units
    assert (kept.concentration, kept.time) == (units.concentration, units.time)
    assert (kept.concentration_unit, kept.time_unit) == (
        units.concentration_unit,
        units.time_unit,
    )
    assert kept.molar == pytest.approx(units.molar, rel=1e-12)
    assert kept.seconds == pytest.approx(units.seconds, rel=1e-12)
    assert same_numbers(again) == same_numbers(in_lab_units(crn, units))


@given(st.floats(1e-3, 1e3), st.floats(1e-3, 1e3), st.data())
def test_what_was_scaled_becomes_dimensionless_again(concentration, time, data):
    units = LabUnits(concentration, "nM", 1e-9, time, "h", 3600.0)
    crn = compile_network(NETWORK, "enzymatic", INPUTS)
    short = data.draw(st.floats(0.0, 100.0).map(lambda value: round(value, 6)))
    crn = replace(crn, species=[replace(s, initial=short) for s in crn.species])
    again = dimensionless(in_lab_units(crn, units))
    # Numbers that people write come back as they were; others up to the rounding of one product.
    assert [s.initial for s in again.species] == [short] * len(crn.species)
    assert again.rate_constant_values == crn.rate_constant_values
    assert again.units is None


@pytest.mark.parametrize("write", [to_sbml, to_antimony])
def test_who_edits_what_1_stands_for_changes_what_the_model_computes(write):
    text = write(compile_network(NETWORK, "absorbed", INPUTS), units=lab("nanomolar and hours"))
    edited = re.sub(r'(id="concentration_unit" value=)"50.0"', r'\1"25.0"', text)
    edited = edited.replace("concentration_unit = 50.0", "concentration_unit = 25.0")
    assert edited != text
    crn = (from_sbml if write is to_sbml else from_antimony)(edited)
    assert crn.units.concentration == 25.0
    inputs = recognise_network(crn).own_inputs(crn)
    np.testing.assert_array_equal(inputs, 2 * np.array(INPUTS))


def test_units_of_other_people_are_kept_and_nothing_is_scaled():
    text = to_sbml(
        Crn.from_text(["A -> B"], initial={"A": 40.0}), units=LabUnits.parse("1 uM", "1 min")
    )
    text = re.sub(r'<parameter id="(concentration|time)_unit"[^>]*>', "", text)
    crn = from_sbml(text)
    assert (crn.units.concentration, crn.units.concentration_unit) == (1.0, "uM")
    assert (crn.units.time, crn.units.time_unit) == (1.0, "min")
    assert crn.species[0].initial == 40.0
    assert dimensionless(crn).species == crn.species


@pytest.mark.parametrize(
    "change",
    [
        ('substanceUnits="substance"', ""),
        ('kind="mole"', 'kind="item"'),
        ('timeUnits="time"', 'timeUnits="dimensionless"'),
        ('kind="second" exponent="1"', 'kind="second" exponent="2"'),
    ],
)
def test_units_that_are_no_laboratory_units_are_none(change):
    text = to_sbml(Crn.from_text(["A -> B"]), units=LabUnits.parse("1 uM", "1 min"))
    assert change[0] in text
    assert from_sbml(text.replace(*change)).units is None


def test_parts_in_different_units_cannot_be_united():
    first = in_lab_units(Crn.from_text(["0 -> X"]), lab("nanomolar and hours"))
    assert union(first, first).units == first.units
    with pytest.raises(CrnError, match="in different units"):
        union(first, Crn.from_text(["0 -> X"]))


@pytest.mark.parametrize("write", [to_sbml, to_antimony])
def test_an_id_that_the_units_need_is_an_error(write):
    crn = Crn.from_text(["concentration_unit -> X"])
    write(crn)
    with pytest.raises(UnsupportedError, match=r"'concentration_unit'.*rename it"):
        write(crn, units=lab("nanomolar and hours"))


def test_files_say_what_they_are_in():
    crn = compile_network(NETWORK, inputs=INPUTS)
    words = (
        "Concentrations are in nM, time is in h and rate constants are in powers of these; in the "
        "network as designed, 1 stands for 50 nM and 1 h."
    )
    units = lab("nanomolar and hours")
    assert words in to_sbml(crn, units=units)
    assert f"// {words}" in to_antimony(crn, units=units)
    assert "dimensionless" in to_sbml(crn)
    model = libsbml.readSBMLFromString(to_sbml(crn, units=units)).getModel()
    constant = model.getParameter("k_w")
    assert libsbml.UnitDefinition.printUnits(constant.getDerivedUnitDefinition(), True) == (
        "(1e-09 mole)^-2, (1 litre)^2, (3600 second)^-1"
    )


def reference(crn, times):
    """The dimensionless trajectory, by scipy."""
    nodes = [crn.species_index[s] for s in crn.dynamic_species]
    full = crn.initial_state

    def rate(_, x):
        full[nodes] = x
        return crn.right_hand_side(full)[nodes]

    run = solve_ivp(
        rate, (0, times[-1]), crn.initial_state[nodes], "LSODA", times, rtol=1e-12, atol=1e-14
    )
    return run.y.T


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
@pytest.mark.parametrize("name", UNITS)
def test_the_trajectory_in_roadrunner_is_the_dimensionless_one_scaled(name, encoding):
    import roadrunner

    units = lab(name)
    crn = compile_network(NETWORK, encoding, INPUTS)
    times = np.linspace(0.0, 5.0, 41)
    runner = roadrunner.RoadRunner(to_sbml(crn, 2.0, units=units))
    runner.integrator.relative_tolerance = 1e-12
    runner.integrator.absolute_tolerance = 1e-14 * units.concentration
    nodes = crn.dynamic_species
    result = runner.simulate(0, 5.0 * units.time, 41, ["time", *(f"[{node}]" for node in nodes)])
    np.testing.assert_allclose(
        result[:, 1:] / units.concentration, reference(crn, times), rtol=SCALED, atol=SCALED
    )


@pytest.mark.parametrize("encoding", ["enzymatic", "absorbed", "folded"])
@pytest.mark.parametrize("name", UNITS)
def test_the_trajectory_in_copasi_is_the_dimensionless_one_scaled(name, encoding):
    basico = pytest.importorskip("basico", reason="needs the test extra")

    units = lab(name)
    crn = compile_network(NETWORK, encoding, INPUTS)
    model = basico.load_model_from_string(to_sbml(crn, 2.0, units=units))
    try:
        table = basico.run_time_course(
            duration=5.0 * units.time,
            intervals=40,
            r_tol=1e-12,
            a_tol=1e-16,
            use_initial_values=True,
            use_sbml_id=True,
            model=model,
        )
        reactions = basico.get_reactions(model=model)
    finally:
        basico.remove_datamodel(model)
    assert set(reactions["function"]) <= {
        "Mass action (irreversible)",
        "Constant flux (irreversible)",
    }
    found = table[list(crn.dynamic_species)].to_numpy() / units.concentration
    expected = reference(crn, np.linspace(0.0, 5.0, 41))
    np.testing.assert_allclose(found, expected, rtol=SCALED, atol=SCALED)


def test_a_bench_hears_what_it_wants_to_know():
    crn = compile_network(NETWORK, "absorbed", INPUTS)
    values = bench_values(in_lab_units(crn, lab("nanomolar and hours")))
    assert values.concentrations == (25.0, 50.0)
    assert values.dynamic_range == 2.0
    assert list(values.rate_constants) == [0, 1, 2, 3]
    assert values.rate_constants[0] == (25.0, 50.0)
    assert lab("nanomolar and hours").rate_constant_unit(0) == "nM h^-1"
    assert lab("nanomolar and hours").rate_constant_unit(1) == "h^-1"
    assert lab("nanomolar and hours").rate_constant_unit(3) == "nM^-2 h^-1"


@given(networks(orders=(2,), mixed=False))
def test_absorbed_networks_of_order_2_need_two_molecules_to_meet(network):
    assert bench_values(compile_network(network, "absorbed")).highest_order == 2


def test_simulating_a_scaled_network_gives_scaled_outputs():
    units = lab("nanomolar and hours")
    crn = in_lab_units(compile_network(NETWORK, "absorbed", INPUTS), units)
    with Simulator(crn) as simulator:
        settled = simulator.steady_state(accuracy=1e-5)
    outputs = NETWORK.forward(INPUTS) * units.concentration
    np.testing.assert_allclose(settled.outputs, outputs, atol=1e-4)


def edited(*changes):
    text = to_sbml(
        compile_network(NETWORK, "absorbed", INPUTS), units=LabUnits.parse("50 nM", "2 h")
    )
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text


STATED = '<parameter id="concentration_unit" value="50.0" units="concentration" constant="true"/>'


def test_what_1_stands_for_may_have_a_unit_of_its_own():
    micromolar = (
        '<unitDefinition id="um"><listOfUnits><unit kind="mole" exponent="1" scale="-6" '
        'multiplier="1"/><unit kind="litre" exponent="-1" scale="0" multiplier="1"/></listOfUnits>'
        "</unitDefinition>\n</listOfUnitDefinitions>"
    )
    text = edited(
        ("</listOfUnitDefinitions>", micromolar),
        ('value="50.0" units="concentration"', 'value="0.05" units="um"'),
    )
    units = from_sbml(text).units
    assert units.concentration == pytest.approx(50.0, rel=1e-12)
    assert units.concentration_unit == "nM"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ((STATED, STATED.replace("50.0", "0")), "has the value 0.0; it must be a positive number"),
        ((STATED, STATED.replace("50.0", "NaN")), "must be a positive number"),
        ((STATED, STATED.replace(' value="50.0"', "")), "has the value None"),
        (
            (
                "<listOfReactions>",
                '<listOfInitialAssignments><initialAssignment symbol="concentration_unit"><math '
                'xmlns="http://www.w3.org/1998/Math/MathML"><cn>100</cn></math></initialAssignment>'
                "</listOfInitialAssignments><listOfReactions>",
            ),
            "a rule or an assignment changes 'concentration_unit'",
        ),
    ],
)
def test_what_1_stands_for_is_a_positive_constant(change, words):
    with pytest.raises(FormatError, match=words):
        from_sbml(edited(change))


@pytest.mark.parametrize(
    "unit",
    [
        'exponent="-1" multiplier="0"',
        'exponent="5" multiplier="1e300"',
        'exponent="0.5" multiplier="-1"',
    ],
)
def test_a_unit_without_a_size_is_none(unit):
    factor = f'id="substance"><listOfUnits><unit kind="dimensionless" scale="0" {unit}/>'
    assert from_sbml(edited(('id="substance"><listOfUnits>', factor))).units is None


@pytest.mark.parametrize(
    "change",
    [
        ('id="concentration" name="nM"', 'id="concentration" name="concentration"'),
        ('id="concentration" name="nM"', 'id="concentration" name="uM"'),
    ],
)
def test_a_name_that_is_not_that_of_the_unit_is_not_believed(change):
    assert from_sbml(edited(change)).units.concentration_unit == "nM"


@pytest.mark.parametrize("value", [0.0, -1.0, float("inf"), float("nan"), "50", True])
def test_units_have_positive_sizes(value):
    with pytest.raises(UnitError, match=r"molar of laboratory units is .*; it must be positive"):
        LabUnits(1.0, "nM", value, 1.0, "h", 3600.0)
