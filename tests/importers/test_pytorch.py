"""Modules of PyTorch against the chemistry of what they become; only where torch is installed."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")
nn = torch.nn

from crn2sbml.errors import InputValueError, UnsupportedError  # noqa: E402
from crn2sbml.importers import from_torch, from_weights  # noqa: E402

RNG = np.random.default_rng(1)
ROWS = RNG.normal(size=(12, 6))
IMAGES = RNG.random((8, 1, 8, 8))
# The parameters are doubles here, so that only the run's own error remains.
RUN = 1e-6


def outputs_of(module, inputs):
    with torch.no_grad():
        return module.eval().double()(torch.tensor(inputs)).numpy().reshape(len(inputs), -1)


@pytest.mark.parametrize(
    "make",
    [
        lambda: nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 3)),
        lambda: nn.Sequential(
            nn.Linear(6, 8), nn.BatchNorm1d(8), nn.LeakyReLU(0.1), nn.Dropout(), nn.Linear(8, 2)
        ),
        lambda: nn.Sequential(nn.Linear(6, 4, bias=False), nn.Tanh(), nn.Linear(4, 2)),
        lambda: nn.Sequential(nn.Linear(6, 4), nn.Sigmoid(), nn.Linear(4, 1), nn.Sigmoid()),
        lambda: nn.Sequential(nn.Linear(6, 3), nn.GELU(), nn.Linear(3, 3), nn.Softmax(1)),
        lambda: nn.Sequential(nn.Linear(6, 3), nn.ELU(0.5), nn.Linear(3, 2), nn.SiLU()),
        lambda: nn.Sequential(nn.Sequential(nn.Linear(6, 3), nn.Softplus()), nn.Hardtanh(-1, 2)),
        lambda: nn.Sequential(nn.Linear(6, 3), nn.PReLU(), nn.ReLU6(), nn.Hardsigmoid(), nn.SELU()),
    ],
)
def test_a_sequential_settles_within_its_bound(make):
    torch.manual_seed(0)
    module = make()
    expected = outputs_of(module, ROWS)
    imported = from_torch(module, accuracy=0.05, data=ROWS)
    assert imported.report.error_bound <= 0.05
    settled = imported.outputs(ROWS, "roadrunner")
    assert np.abs(settled - expected).max() <= imported.report.error_bound + RUN


@pytest.mark.parametrize(
    "layers",
    [
        [nn.Conv2d(1, 3, 3, stride=2, padding=1), nn.BatchNorm2d(3), nn.ReLU(), nn.AvgPool2d(2)],
        [nn.Conv2d(1, 4, 3, padding="same"), nn.ReLU(), nn.Conv2d(4, 2, 5, groups=2)],
        [
            nn.Conv2d(1, 2, (3, 2), dilation=2),
            nn.LeakyReLU(),
            nn.Flatten(),
            nn.Unflatten(1, (8, 6)),
        ],
        [nn.Conv2d(1, 2, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(2, 3, 2), nn.MaxPool2d(2, 1)],
        [nn.Conv2d(1, 2, 3), nn.MaxPool2d([3, 2], 2, 1), nn.Hardswish(), nn.AdaptiveAvgPool2d(1)],
    ],
)
def test_convolutions_are_unrolled_to_sparse_layers(layers):
    torch.manual_seed(0)
    module = nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(3))
    with torch.no_grad():
        module(torch.zeros(2, 1, 8, 8))
    expected = outputs_of(module, IMAGES)
    imported = from_torch(module, data=IMAGES, input_shape=(1, 8, 8))
    assert imported.network.layers[0].sparse
    settled = imported.outputs(IMAGES.reshape(8, -1), "roadrunner")
    assert np.abs(settled - expected).max() <= imported.report.error_bound + RUN
    # A weight that is not there has no reaction.
    crn = imported.compile("absorbed", IMAGES[0].ravel())
    edges = sum(np.count_nonzero(layer.weights) for layer in imported.network.layers)
    nodes = sum(imported.network.widths[1:])
    assert len(crn.reactions) <= edges + 3 * nodes


def test_another_module_goes_by_way_of_onnx():
    pytest.importorskip("onnxscript")

    class Shortcut(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(6, 6), nn.Linear(6, 2)

        def forward(self, x):
            return self.second(torch.relu(self.first(x)) + x)

    torch.manual_seed(0)
    module = Shortcut()
    imported = from_torch(module, data=ROWS, input_shape=(6,))
    expected = outputs_of(module, ROWS)
    # The export is in single precision.
    assert np.abs(imported.outputs(ROWS) - expected).max() <= imported.report.error_bound + 1e-5


def test_what_has_no_chemistry_is_named():
    with pytest.raises(UnsupportedError, match=r"layer 1 is a AdaptiveMaxPool2d.*MaxPool2d"):
        layers = [nn.Conv2d(1, 1, 3), nn.AdaptiveMaxPool2d(2)]
        from_torch(nn.Sequential(*layers), input_shape=(1, 8, 8))
    with pytest.raises(UnsupportedError, match="layer 2 follows a softmax"):
        from_torch(nn.Sequential(nn.Linear(2, 2), nn.Softmax(1), nn.ReLU()))
    with pytest.raises(UnsupportedError, match="layer 1 is a LayerNorm"):
        from_torch(nn.Sequential(nn.Linear(2, 2), nn.LayerNorm(2)))
    for layer, shape in (
        (nn.MaxPool2d(2), (4, 4)),
        (nn.AvgPool2d(2), (4, 4)),
        (nn.AdaptiveAvgPool1d(1), (4,)),
        (nn.BatchNorm1d(2), (2, 4, 4)),
        (nn.BatchNorm2d(3), (3,)),
        (nn.MaxPool2d(9), (1, 4, 4)),
    ):
        with pytest.raises((InputValueError, UnsupportedError), match="layer 0"):
            from_torch(nn.Sequential(layer), input_shape=shape)
    for shape in (0, "1,8,8", (1, 8.5), -3):
        with pytest.raises(InputValueError, match="must be of whole numbers"):
            from_torch(nn.Sequential(nn.Conv2d(1, 1, 3)), input_shape=shape)
    with pytest.raises(InputValueError, match="pass input_shape"):
        from_torch(nn.Sequential(nn.Unflatten(1, (2, 3)), nn.Linear(3, 2)))
    with pytest.raises(InputValueError, match="pass input_shape"):
        from_torch(nn.Sequential(nn.Conv2d(1, 1, 3)))
    with pytest.raises(UnsupportedError, match=r"no torch\.nn\.Module"):
        from_torch("model.pt")
    with pytest.raises(UnsupportedError, match=r"layer 1 \(Linear\)"):
        from_torch(nn.Sequential(nn.Linear(3, 2), nn.Linear(3, 2)))


def test_what_only_looks_like_a_known_layer_is_not_taken_for_one():
    shared = nn.ReLU()
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 4), shared, nn.Linear(4, 4), shared, nn.Linear(4, 2))
    imported = from_torch(module, data=ROWS)
    expected = outputs_of(module, ROWS)
    assert np.abs(imported.outputs(ROWS) - expected).max() <= imported.report.error_bound

    class Linear(nn.Linear):
        def forward(self, x):
            return 2 * super().forward(x)

    with pytest.raises(UnsupportedError, match="Linear, which has no chemistry"):
        from_torch(nn.Sequential(Linear(6, 2)), data=ROWS)
    hooked = nn.Sequential(nn.Linear(6, 2))
    hooked[0].register_forward_hook(lambda module, inputs, output: 2 * output)
    with pytest.raises(UnsupportedError, match="has hooks"):
        from_torch(hooked, data=ROWS)
    for layers in (
        [nn.AvgPool2d(2, divisor_override=1)],
        [nn.Softplus(threshold=1.0)],
        [nn.Softmax(dim=1)],
    ):
        with pytest.raises(UnsupportedError):
            from_torch(nn.Sequential(*layers), data=IMAGES, input_shape=(1, 8, 8))


@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float64])
def test_parameters_of_any_precision_are_read(kind):
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2)).to(kind)
    imported = from_torch(module, data=ROWS)
    expected = outputs_of(module, ROWS)
    assert np.abs(imported.outputs(ROWS) - expected).max() <= imported.report.error_bound


def test_a_state_dict_is_a_mapping_of_weights():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(6, 4), nn.ReLU(), nn.Linear(4, 2)).to(torch.bfloat16)
    imported = from_weights(module.state_dict(), "0,relu,2", data=ROWS)
    expected = outputs_of(module, ROWS)
    assert np.abs(imported.outputs(ROWS) - expected).max() <= imported.report.error_bound


@pytest.mark.parametrize("first", [nn.BatchNorm1d(6), nn.LeakyReLU(0.2), nn.GELU(), nn.Softplus()])
def test_layers_that_keep_the_width_may_come_first(first):
    torch.manual_seed(0)
    module = nn.Sequential(first, nn.Linear(6, 2))
    imported = from_torch(module, input_range=(-2.0, 2.0))
    rows = np.clip(ROWS, -2.0, 2.0)
    error = np.abs(imported.outputs(rows) - outputs_of(module, rows)).max()
    assert error <= imported.report.error_bound
    assert from_torch(module, input_shape=(np.int64(6),), data=ROWS).network.widths[0] == 12
