"""ONNX files that PyTorch, Keras and skl2onnx wrote, and files that nobody should have written."""

import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from crn2sbml.errors import (
    FileError,
    FormatError,
    InputValueError,
    UnsupportedError,
)
from crn2sbml.importers import from_onnx
from tests.mutations import share_read, with_wrong_bytes

FILES = Path(__file__).parent / "files"
NAMES = ["torch_dense", "torch_convolution", "keras_dense", "sklearn_iris", "sklearn_cancer"]
ACCURACY = 1e-2
# The libraries compute in single precision.
SINGLE = 1e-4


def model(nodes, arrays, width=3, outputs=("y",), opset=18):
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", width])],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [numpy_helper.from_array(np.asarray(a), name) for name, a in arrays.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])


@pytest.mark.parametrize("name", NAMES)
def test_a_file_computes_what_its_library_did(name):
    stored = np.load(FILES / f"{name}.npz")
    imported = from_onnx(FILES / f"{name}.onnx", accuracy=ACCURACY, data=stored["inputs"])
    assert imported.report.measured_error <= imported.report.error_bound <= ACCURACY
    rows = slice(0, 20)
    settled = imported.outputs(stored["inputs"][rows], "roadrunner")
    # A softmax changes by no more than its arguments do.
    np.testing.assert_allclose(settled, stored["outputs"][rows], atol=ACCURACY + SINGLE)
    classes = imported.codec.decoder.values(
        imported.network.forward(imported.codec.encoder.encode(stored["inputs"]))
    ).argmax(axis=1)
    # Some of these networks are not trained, and undecided by less than the accuracy.
    ordered = np.sort(stored["outputs"], axis=1)
    decided = ordered[:, -1] - ordered[:, -2] > 2 * ACCURACY
    assert decided.mean() > 0.5
    assert (classes == stored["outputs"].argmax(axis=1))[decided].mean() >= 0.99


def test_a_classifier_of_skl2onnx_knows_its_classes():
    stored = np.load(FILES / "sklearn_iris.npz")
    imported = from_onnx(FILES / "sklearn_iris.onnx", data=stored["inputs"])
    assert imported.codec.decoder.classes == (0, 1, 2)
    assert imported.codec.decoder.function == "softmax"
    assert set(imported.predict(stored["inputs"])) == {0, 1, 2}


@pytest.mark.parametrize(
    ("operation", "attributes", "others", "expected"),
    [
        ("Relu", {}, [], lambda z: np.maximum(z, 0)),
        ("LeakyRelu", {"alpha": 0.3}, [], lambda z: np.where(z > 0, z, 0.3 * z)),
        ("Elu", {"alpha": 0.7}, [], lambda z: np.where(z > 0, z, 0.7 * np.expm1(z))),
        ("Sigmoid", {}, [], lambda z: 1 / (1 + np.exp(-z))),
        ("Tanh", {}, [], np.tanh),
        ("Softplus", {}, [], lambda z: np.log1p(np.exp(z))),
        ("HardSigmoid", {"alpha": 0.25, "beta": 0.4}, [], lambda z: np.clip(z / 4 + 0.4, 0, 1)),
        ("Clip", {}, [np.float32(-0.5), np.float32(0.75)], lambda z: np.clip(z, -0.5, 0.75)),
        ("PRelu", {}, [np.full(3, 0.1, np.float32)], lambda z: np.where(z > 0, z, 0.1 * z)),
        ("Neg", {}, [], lambda z: -z),
        ("Identity", {}, [], lambda z: z),
        ("ReduceMean", {"axes": [1]}, [], lambda z: z.mean(axis=1, keepdims=True)),
    ],
)
def test_an_operation_is_that_of_onnx(operation, attributes, others, expected):
    arrays = {f"a{n}": array for n, array in enumerate(others)}
    node = helper.make_node(operation, ["x", *arrays], ["y"], **attributes)
    opset = 13 if operation == "ReduceMean" else 18
    content = model([node], arrays, opset=opset).SerializeToString()
    z = np.linspace(-3, 3, 21).reshape(7, 3)
    imported = from_onnx(content, accuracy=1e-3, data=z)
    np.testing.assert_allclose(imported.outputs(z), expected(z), atol=1e-3)


@pytest.mark.parametrize(
    ("nodes", "arrays"),
    [
        ([("Abs", ["x"], {})], {}),
        (
            [("Pad", ["x", "pads", "", "axes"], {})],
            {"pads": np.array([2, 1]), "axes": np.array([-1])},
        ),
        (
            [("Slice", ["x", "start", "end", "one", "back"], {})],
            {n: np.array([v]) for n, v in {"start": 9, "end": -9, "one": 1, "back": -2}.items()},
        ),
        (
            [
                ("Cast", ["q"], {"to": 1}),
                ("Div", ["n", "d"], {}),
                ("Cast", ["a1"], {"to": 1}),
                ("Add", ["x", "a2"], {}),
            ],
            {"q": 1.0, "n": np.array([-7]), "d": np.array([2])},
        ),
        (
            [
                ("Mul", ["x", "k"], {}),
                ("Greater", ["a0", "zero"], {}),
                ("Mul", ["a0", "slopes"], {}),
                ("Where", ["a1", "a2", "zero"], {}),
            ],
            {"k": [1e3, 0.1, 1.0, -1.0], "slopes": [0.01, 5.0, 1.0, 2.0], "zero": 0.0},
        ),
        ([("HardSwish", ["x"], {})], {}),
        ([("Celu", ["x"], {"alpha": 0.5})], {}),
        ([("Max", ["x", "c", "d"], {})], {"c": [0.5, -1, 0, 2], "d": [[0.25]]}),
        ([("Min", ["c", "x"], {})], {"c": [0.5, -1, 0, 2]}),
        ([("Neg", ["x"], {}), ("Max", ["a0", "x"], {})], {}),
        ([("Sigmoid", ["x"], {}), ("Mul", ["x", "a0"], {})], {}),
        ([("Sigmoid", ["x"], {}), ("Mul", ["a0", "x"], {})], {}),
        (
            [("Greater", ["x", "zero"], {}), ("Mul", ["x", "k"], {}), ("Where", ["a0", "x", "a1"])],
            {"zero": 0.0, "k": 0.1},
        ),
        (
            [("LessOrEqual", ["x", "one"], {}), ("Where", ["a0", "one", "x"], {})],
            {"one": [1.0]},
        ),
        (
            [
                ("Softplus", ["x"], {}),
                ("Greater", ["x", "limit"], {}),
                ("Where", ["a1", "x", "a0"], {}),
            ],
            {"limit": 20.0},
        ),
        (
            [
                ("Transpose", ["x"], {"perm": [1, 0]}),
                ("GatherND", ["a0", "places"], {}),
                ("Transpose", ["a1"], {"perm": [1, 0]}),
            ],
            {"places": np.array([[3], [0], [3]])},
        ),
        (
            [
                ("Reshape", ["x", "shape"], {}),
                ("MaxPool", ["a0"], {"kernel_shape": [2, 1], "pads": [1, 0, 0, 0]}),
                ("Flatten", ["a1"], {}),
            ],
            {"shape": np.array([-1, 1, 2, 2])},
        ),
    ],
)
def test_operations_are_those_of_the_reference(nodes, arrays):
    made = [
        helper.make_node(kind, names, [f"a{n}"], **dict(*attributes))
        for n, (kind, names, *attributes) in enumerate(nodes)
    ]
    constants = {
        name: np.asarray(a, None if isinstance(a, np.ndarray) else np.float32)
        for name, a in arrays.items()
    }
    content = model(made, constants, width=4, outputs=(f"a{len(nodes) - 1}",))
    x = np.random.default_rng(1).normal(scale=2.0, size=(9, 4)).astype(np.float32)
    # One row at a time: shapes that are written out are for a batch of 1.
    reference = ReferenceEvaluator(content)
    expected = np.concatenate([reference.run(None, {"x": row[np.newaxis]})[0] for row in x])
    imported = from_onnx(content, accuracy=1e-3, data=x)
    np.testing.assert_allclose(imported.outputs(x), expected, atol=1e-3)


@pytest.mark.parametrize(
    ("nodes", "arrays"),
    [
        ([("Greater", ["x", "c"], {}), ("Where", ["a0", "x", "zero"], {})], {"c": 0.5, "zero": 0}),
        ([("Greater", ["x", "x"], {}), ("Where", ["a0", "x", "x"], {})], {}),
        ([("Sigmoid", ["x"], {}), ("Mul", ["a0", "a0"], {})], {}),
        ([("Greater", ["x", "c"], {}), ("Relu", ["a0"], {})], {"c": 0.0}),
        (
            [
                ("Greater", ["x", "c"], {}),
                ("Transpose", ["a0"], {}),
                ("Where", ["a1", "five", "c"], {}),
                ("Add", ["x", "a2"], {}),
            ],
            {"c": 0.0, "five": 5.0},
        ),
        (
            [
                ("Mul", ["x", "large"], {}),
                ("Greater", ["a0", "c"], {}),
                ("Where", ["a1", "a0", "o"], {}),
            ],
            {"large": 1e6, "c": 0.5, "o": 0.0},
        ),
        (
            [
                ("Mul", ["x", "k"], {}),
                ("Greater", ["a0", "zero"], {}),
                ("Mul", ["a0", "slopes"], {}),
                ("Relu", ["a2"], {}),
                ("Where", ["a1", "a3", "zero"], {}),
            ],
            {"k": [1e6, 0.1, 1.0], "slopes": [1.0, 5.0, 1.0], "zero": 0.0},
        ),
        (
            [
                ("Softmax", ["x"], {}),
                ("Normalizer", ["a0"], {"norm": "MAX", "domain": "ai.onnx.ml"}),
            ],
            {},
        ),
        ([("Transpose", ["x"], {"perm": [1, 0]}), ("Softmax", ["a0"], {})], {}),
        ([("Pad", ["x", "pads", "two"], {})], {"pads": np.array([0, 1, 0, 1]), "two": 2.0}),
        ([("TopK", ["x", "k"], {})], {"k": np.array([2])}),
        (
            [("BatchNormalization", ["x", "one", "one", "one", "one"], {"training_mode": 1})],
            {"one": [1.0, 1.0, 1.0]},
        ),
        ([("ConstantOfShape", ["n"], {}), ("ReduceSum", ["a0"], {})], {"n": np.array([2**40])}),
        (
            [("Expand", ["c", "n"], {}), ("ReduceSum", ["a0"], {})],
            {"c": 1.0, "n": np.array([2**40])},
        ),
        ([("Add", ["a", "b"], {})], {"a": np.ones((60_000, 1)), "b": np.ones((1, 60_000))}),
        ([("MatMul", ["a", "b"], {})], {"a": np.ones((60_000, 1)), "b": np.ones((1, 60_000))}),
        ([("Expand", ["x", "n"], {}), ("Relu", ["a0"], {})], {"n": np.array([1, 8_000_000, 3])}),
    ],
)
def test_choices_that_jump_and_other_products_are_refused(nodes, arrays):
    made = [
        helper.make_node(kind, names, [f"a{n}"], **attributes)
        for n, (kind, names, attributes) in enumerate(nodes)
    ]
    constants = {
        name: np.asarray(a, a.dtype if getattr(a, "dtype", None) == np.int64 else np.float32)
        for name, a in arrays.items()
    }
    content = model(made, constants, outputs=(f"a{len(nodes) - 1}",))
    with pytest.raises((UnsupportedError, FormatError)):
        from_onnx(content.SerializeToString())


def test_shapes_are_followed_through_whatever_moves_numbers():
    nodes = [
        helper.make_node("Reshape", ["x", "shape"], ["a"]),
        helper.make_node("Transpose", ["a"], ["b"], perm=[0, 2, 1]),
        helper.make_node("Slice", ["b", "zero", "two", "one"], ["c"]),
        helper.make_node("Concat", ["b", "c"], ["d"], axis=1),
        helper.make_node("Flatten", ["d"], ["e"]),
        helper.make_node("Gather", ["e", "places"], ["y"], axis=1),
    ]
    arrays = {
        "shape": np.array([-1, 2, 3], np.int64),
        "zero": np.array([0], np.int64),
        "one": np.array([1], np.int64),
        "two": np.array([2], np.int64),
        "places": np.array([9, 0, 3], np.int64),
    }
    x = np.arange(6.0)[np.newaxis]
    b = x.reshape(1, 2, 3).transpose(0, 2, 1)
    d = np.concatenate([b, b[:, :2]], axis=1).reshape(1, -1)
    imported = from_onnx(model(nodes, arrays, width=6).SerializeToString())
    np.testing.assert_allclose(imported.outputs(x), d[:, [9, 0, 3]], atol=1e-12)


def test_a_shortcut_carries_numbers_past_layers():
    rng = np.random.default_rng(1)
    weights = {f"w{n}": rng.normal(size=(3, 3)).astype(np.float32) for n in range(2)}
    nodes = [
        helper.make_node("MatMul", ["x", "w0"], ["a"]),
        helper.make_node("Relu", ["a"], ["b"]),
        helper.make_node("MatMul", ["b", "w1"], ["c"]),
        helper.make_node("Relu", ["c"], ["d"]),
        helper.make_node("Add", ["d", "x"], ["y"]),
    ]
    x = rng.normal(size=(20, 3))
    imported = from_onnx(model(nodes, weights).SerializeToString(), data=x)
    b = np.maximum(x @ weights["w0"], 0)
    expected = np.maximum(b @ weights["w1"], 0) + x
    assert np.abs(imported.outputs(x, "roadrunner") - expected).max() <= ACCURACY


@pytest.mark.parametrize(
    ("node", "arrays", "message"),
    [
        (helper.make_node("MaxPool", ["x"], ["y"], kernel_shape=[2]), {}, "is broken"),
        (helper.make_node("ReduceMean", ["x"], ["y"]), {}, "the examples of a batch"),
        (
            helper.make_node("Slice", ["x", "a", "b", "a", "zero"], ["y"]),
            {n: np.array([v], np.int64) for n, v in {"a": 1, "b": 2, "zero": 0}.items()},
            "steps of 0",
        ),
        (
            helper.make_node("Clip", ["x", "a", "b"], ["y"]),
            {"a": np.float32(1), "b": np.float32(0)},
            "between 1 and 0",
        ),
        (helper.make_node("LSTM", ["x"], ["y"]), {}, "not feed-forward"),
        (helper.make_node("Mul", ["x", "x"], ["y"]), {}, "both depend on the inputs"),
        (helper.make_node("Sin", ["x"], ["y"]), {}, "weighted sums"),
        (helper.make_node("Gelu", ["x"], ["y"], approximate="tanh"), {}, "approximation"),
        (helper.make_node("Relu", ["nothing"], ["y"]), {}, "nothing before it makes"),
        (
            helper.make_node("MatMul", ["x", "w"], ["y"]),
            {"w": np.ones((2, 2), np.float32)},
            "meets numbers of shape",
        ),
        (
            helper.make_node("Add", ["x", "w"], ["y"]),
            {"w": np.array([np.nan], np.float32)},
            "not finite",
        ),
        (
            helper.make_node("Reshape", ["x", "s"], ["y"]),
            {"s": np.array([5, 7], np.int64)},
            "is broken",
        ),
        (
            helper.make_node("Expand", ["x", "s"], ["y"]),
            {"s": np.array([100_000_000, 3], np.int64)},
            "at most 25,000,000",
        ),
    ],
)
def test_what_has_no_chemistry_is_named_with_its_place(node, arrays, message):
    node.name = "that one"
    with pytest.raises((UnsupportedError, FormatError), match=message) as error:
        from_onnx(model([node], arrays).SerializeToString())
    if "finite" not in message:
        assert "'that one'" in str(error.value)


def test_columns_of_a_softmax_are_the_softmax(tmp_path):
    places = {str(n): np.array([n], np.int64) for n in range(4)}
    softmax = helper.make_node("Softmax", ["x"], ["p"])
    columns = [helper.make_node("Slice", ["p", str(n), str(n + 1), "1"], [f"c{n}"]) for n in (0, 1)]
    x = np.array([[0.5, -1.0, 0.25]])
    nodes = [softmax, *columns, helper.make_node("Gather", ["p", "2"], ["c2"], axis=1)]
    content = model(nodes, places, outputs=("c0", "c1", "c2")).SerializeToString()
    imported = from_onnx(content)
    assert imported.codec.decoder.function == "softmax"
    np.testing.assert_allclose(imported.outputs(x), np.exp(x) / np.exp(x).sum(), rtol=1e-12)
    for outputs in (("c0",), ("c1", "c0", "c2"), ("c0", "c1")):
        with pytest.raises(UnsupportedError, match="export all of its outputs"):
            from_onnx(model(nodes, places, outputs=outputs).SerializeToString())
    mixed = [softmax, helper.make_node("Relu", ["x"], ["y"])]
    with pytest.raises(UnsupportedError, match="some are not"):
        from_onnx(model(mixed, {}, outputs=("p", "y")).SerializeToString())


def test_all_outputs_are_taken():
    nodes = [helper.make_node("Relu", ["x"], ["a"]), helper.make_node("Neg", ["x"], ["b"])]
    x = np.array([[0.5, -1.0, 0.25]])
    imported = from_onnx(model(nodes, {}, outputs=("a", "b")).SerializeToString(), data=x)
    expected = np.concatenate([np.maximum(x, 0), -x], axis=1)
    np.testing.assert_allclose(imported.outputs(x), expected, atol=1e-2)


def test_many_wide_sources_are_refused_before_memory_is_full():
    weights = np.ones((4000, 4000), np.float32)
    nodes = []
    for n in range(8):
        nodes.append(helper.make_node("MatMul", [f"r{n}" if n else "x", "w"], [f"m{n}"]))
        nodes.append(helper.make_node("Relu", [f"m{n}"], [f"r{n + 1}"]))
    content = model(nodes, {"w": weights}, width=4000, outputs=("r8",)).SerializeToString()
    with pytest.raises(UnsupportedError, match="100,000,000 weights together"):
        from_onnx(content)


def test_a_model_in_memory_is_taken_and_nothing_else():
    content = model([helper.make_node("Neg", ["x"], ["y"])], {})
    x = np.ones((1, 3))
    for source in (content, bytearray(content.SerializeToString())):
        np.testing.assert_allclose(from_onnx(source).outputs(x), -x)
    for wrong in (None, 3, ["a.onnx"]):
        with pytest.raises(InputValueError, match="pass an ONNX file"):
            from_onnx(wrong)


def test_a_softmax_can_only_come_last():
    nodes = [
        helper.make_node("Softmax", ["x"], ["a"]),
        helper.make_node("Relu", ["a"], ["y"]),
    ]
    with pytest.raises(UnsupportedError, match="a softmax can only come last"):
        from_onnx(model(nodes, {}).SerializeToString())


def test_weights_in_another_file_are_read_from_beside_it_only(tmp_path):
    for name in ("torch_convolution.onnx", "torch_convolution.onnx.data"):
        shutil.copy(FILES / name, tmp_path / name)
    data = np.load(FILES / "torch_convolution.npz")["inputs"]
    from_onnx(tmp_path / "torch_convolution.onnx", data=data)
    (tmp_path / "torch_convolution.onnx.data").unlink()
    with pytest.raises(FileError, match=r"torch_convolution\.onnx\.data"):
        from_onnx(tmp_path / "torch_convolution.onnx", data=data)
    with pytest.raises(UnsupportedError, match="beside it"):
        from_onnx((FILES / "torch_convolution.onnx").read_bytes(), data=data)
    for location in ("../secret", "/etc/passwd", "a/b", "..\\secret", ""):
        hostile = onnx.load(FILES / "torch_convolution.onnx", load_external_data=False)
        for tensor in hostile.graph.initializer:
            for entry in tensor.external_data:
                if entry.key == "location":
                    entry.value = location
        (tmp_path / "hostile.onnx").write_bytes(hostile.SerializeToString())
        with pytest.raises(UnsupportedError, match="beside it"):
            from_onnx(tmp_path / "hostile.onnx", data=data)


def test_huge_shapes_are_refused_before_memory_is_asked_for():
    content = model([helper.make_node("Add", ["x", "w"], ["y"])], {"w": np.ones(1, np.float32)})
    content.graph.initializer[0].dims[0] = 10**15
    with pytest.raises(FormatError, match="impossible shape"):
        from_onnx(content.SerializeToString())
    wide = model([helper.make_node("Relu", ["x"], ["y"])], {}, width=10**9)
    with pytest.raises(UnsupportedError, match="at most 25,000,000"):
        from_onnx(wide.SerializeToString())
    many = [helper.make_node("Identity", ["x"], ["y"])] * 10_001
    with pytest.raises(UnsupportedError, match="10,001 nodes"):
        from_onnx(model(many, {}).SerializeToString())


@pytest.mark.hypothesis
def test_broken_files_are_errors_of_ours():
    contents = with_wrong_bytes(
        [(FILES / name).with_suffix(".onnx").read_bytes() for name in NAMES], most=4
    )

    def read(content):
        from_onnx(content, accuracy=1.0, input_range=(0.0, 1.0))

    assert share_read(read, contents, 50) > 0.08


def test_what_is_no_onnx_file_says_so(tmp_path):
    with pytest.raises(FileError, match="no file"):
        from_onnx(tmp_path / "nothing.onnx")
    for content in (b"", b"hello", b"\x00" * 100):
        with pytest.raises(FormatError, match="no ONNX model"):
            from_onnx(content)


def test_a_log_softmax_comes_back_as_logarithms_and_a_split_as_its_parts():
    x = np.random.default_rng(1).normal(size=(5, 4))
    nodes = [
        helper.make_node("Split", ["x"], ["a", "b"], axis=1, num_outputs=2),
        helper.make_node("Sub", ["a", "b"], ["c"]),
        helper.make_node("LogSoftmax", ["c"], ["y"]),
    ]
    imported = from_onnx(model(nodes, {}, width=4).SerializeToString())
    z = x[:, :2] - x[:, 2:]
    expected = z - np.log(np.exp(z).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(imported.outputs(x), expected, atol=1e-12)


@pytest.mark.parametrize(
    "node",
    [
        helper.make_node("Relu", ["x"], []),
        helper.make_node("Softmax", [], ["y"]),
        helper.make_node("ZipMap", [], ["y"]),
        helper.make_node("ArgMax", ["x"], ["y"], classlabels_int64s=5),
        helper.make_node("Elu", ["x"], ["y"], alpha=float("nan")),
        helper.make_node("LeakyRelu", ["x"], ["y"], alpha="much"),
        helper.make_node("BatchNormalization", ["a"] * 5, ["y"]),
        helper.make_node("Shape", [""], ["y"]),
        helper.make_node("Unsqueeze", ["x"], ["y"]),
        helper.make_node("Pad", ["x", "huge"], ["y"]),
        helper.make_node("Conv", ["x", ""], ["y"]),
        helper.make_node("HardSigmoid", ["x"], ["y"], alpha=0.0),
    ],
    ids=lambda node: node.op_type,
)
def test_a_node_that_is_put_together_wrongly_is_an_error_of_ours(node):
    arrays = {"a": np.ones(3, np.float32), "huge": np.array([0, 0, 0, 2**40], np.int64)}
    with pytest.raises((FormatError, UnsupportedError), match=r"node 1 |no output"):
        from_onnx(model([node], arrays).SerializeToString())


def test_a_choice_that_is_not_quite_continuous_is_refused_and_a_wider_one_taken():
    def choice(constant, other):
        nodes = [
            helper.make_node("Greater", ["x", "limit"], ["c"]),
            helper.make_node("Mul", ["x", "two"], ["d"]),
            helper.make_node("Add", ["d", "constant"], ["e"]),
            helper.make_node("Where", ["c", "e", other], ["y"]),
        ]
        arrays = {"limit": np.float64(1e6), "two": np.float64(2), "constant": constant}
        return from_onnx(model(nodes, arrays).SerializeToString(), input_range=(0.0, 2e6))

    x = np.array([[1.0, 1.5e6, 2e6]])
    found = choice(np.float64(-1e6), "x").outputs(x)
    np.testing.assert_allclose(found, np.where(x > 1e6, 2 * x - 1e6, x), atol=1e-2)
    with pytest.raises(UnsupportedError, match="not the same at 1e"):
        choice(np.float64(-1e6 + 0.9), "x")
    wide = [
        helper.make_node("Greater", ["x", "zero"], ["c"]),
        helper.make_node("Expand", ["x", "shape"], ["d"]),
        helper.make_node("Where", ["c", "d", "zero"], ["y"]),
    ]
    arrays = {"zero": np.float32(0), "shape": np.array([2, 1, 3])}
    imported = from_onnx(model(wide, arrays).SerializeToString(), input_range=(-1.0, 1.0))
    row = np.array([[-0.5, 0.25, 1.0]])
    np.testing.assert_allclose(imported.outputs(row)[0], [0, 0.25, 1.0] * 2, atol=1e-2)


def test_a_file_with_an_input_for_each_column_says_how_to_convert_it_with_one():
    parts = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", 1]) for name in "ab"]
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    joined = helper.make_node("Concat", ["a", "b"], ["y"], axis=1)
    made = helper.make_model(helper.make_graph([joined], "g", parts, [output]))
    with pytest.raises(UnsupportedError, match=r"2 inputs \(a, b\).*convert with X.to_numpy\(\)"):
        from_onnx(made)
