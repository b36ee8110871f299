"""The ways into the importers take the same options, by name."""

import inspect

import numpy as np
import pytest

from crn2sbml.importers import ImportOptions, from_onnx, from_sklearn, from_torch, from_weights

OPTIONS = inspect.signature(ImportOptions).parameters
# What else each of them takes. Editors complete what is written out, and a misspelt name is
# Python's own error, which is worth more than the rule of eight parameters.
DOORS = {
    from_onnx: {"source"},
    from_sklearn: {"model"},
    from_torch: {"module", "input_shape"},
    from_weights: {"source", "layers", "functions"},
}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_front_door_takes_every_option_by_name_with_its_default(door):
    parameters = inspect.signature(door).parameters
    assert parameters.keys() - DOORS[door] == OPTIONS.keys()
    for name, option in OPTIONS.items():
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default == option.default


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_misspelt_option_is_pythons_own_error_of_the_right_function(door):
    with pytest.raises(TypeError, match=rf"{door.__name__}\(\) got an unexpected keyword argument"):
        door(None, acuracy=0.1)


def test_options_arrive_under_their_names():
    arrays = {"0.weight": np.array([[1.0, -2.0]])}
    options = {"signs": "shift", "input_range": (-1.0, 1.0), "input_names": ["a", "b"]}
    imported = from_weights(arrays, "0", output_names=["y"], accuracy=0.5, **options)
    assert imported.codec.encoder.offsets.tolist() == [1.0, 1.0]
    assert imported.codec.encoder.names == ("a", "b")
    assert imported.codec.decoder.names == ("y",)
