"""Trained models of scikit-learn against the settled chemistry of what they become."""

import re

import numpy as np
import pytest
from sklearn.compose import TransformedTargetRegressor
from sklearn.datasets import (
    load_breast_cancer,
    load_diabetes,
    load_digits,
    load_iris,
    load_wine,
)
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import (
    MaxAbsScaler,
    MinMaxScaler,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.tree import DecisionTreeClassifier

from crn2sbml.errors import InputValueError, UnsupportedError
from crn2sbml.importers import from_sklearn, from_weights

# Whether a model has learnt enough is no matter here.
pytestmark = pytest.mark.filterwarnings("ignore:Stochastic Optimizer. Maximum iterations")

ACCURACY = 1e-2
# What the run and its check leave, relative to values of this size.
RUN = 1e-6


def trained(load, kind, scaler, **options):
    inputs, targets = load(return_X_y=True)
    parts = train_test_split(inputs, targets, random_state=0)
    model = make_pipeline(scaler, kind(max_iter=1500, random_state=0, **options))
    return model.fit(parts[0], parts[2]), parts[0], parts[1]


def logits(model, inputs):
    """What the last layer holds before its softmax, by scikit-learn's own weights."""
    network, values = model[-1], model[:-1].transform(inputs)
    functions = {
        "relu": lambda z: np.maximum(z, 0),
        "tanh": np.tanh,
        "logistic": lambda z: 1 / (1 + np.exp(-z)),
        "identity": lambda z: z,
    }
    for number, (weights, biases) in enumerate(
        zip(network.coefs_, network.intercepts_, strict=True), start=1
    ):
        values = values @ weights + biases
        if number < len(network.coefs_):
            values = functions[network.activation](values)
    return values


@pytest.mark.parametrize(
    ("load", "activation", "hidden"),
    [
        (load_iris, "relu", (8,)),
        pytest.param(load_digits, "relu", (24, 12), marks=pytest.mark.slow),
        (load_wine, "tanh", (4,)),
        (load_iris, "logistic", (4,)),
    ],
    ids=["iris-relu", "digits-relu", "wine-tanh", "iris-logistic"],
)
def test_a_classifier_settles_within_its_bound_and_names_the_same_classes(load, activation, hidden):
    model, seen, held_out = trained(
        load, MLPClassifier, StandardScaler(), activation=activation, hidden_layer_sizes=hidden
    )
    imported = from_sklearn(model, accuracy=ACCURACY, data=seen)
    report = imported.report
    assert report.measured_error <= report.error_bound_on_data <= report.error_bound <= ACCURACY
    settled = imported.codec.decoder.values(imported.concentrations(held_out, "roadrunner"))
    expected = logits(model, held_out)
    error, run = settled - expected, RUN * np.abs(expected).max()
    bounds = imported.error_bounds(held_out)
    assert (bounds.low - run <= error).all()
    assert (error <= bounds.high + run).all()
    # What was not seen may lie outside of the box, for which alone one number is proved.
    inside = ((held_out >= seen.min(axis=0)) & (held_out <= seen.max(axis=0))).all(axis=1)
    assert inside.sum() > 20
    assert np.abs(error[inside]).max() <= report.error_bound + run
    same = imported.codec.decoder.classify(
        imported.network.forward(imported.codec.encoder.encode(held_out))
    )
    assert (same == model.predict(held_out)).mean() >= 0.99
    np.testing.assert_array_equal(settled.argmax(axis=1), expected.argmax(axis=1))
    np.testing.assert_allclose(
        imported.outputs(held_out[inside]), model.predict_proba(held_out[inside]), atol=ACCURACY
    )


def test_a_classifier_of_two_classes_has_the_probabilities_of_both():
    model, seen, held_out = trained(
        load_breast_cancer, MLPClassifier, MinMaxScaler(), hidden_layer_sizes=(6,)
    )
    imported = from_sklearn(model, accuracy=ACCURACY, data=seen)
    chosen = np.clip(held_out, seen.min(axis=0), seen.max(axis=0))[:30]
    outputs = imported.outputs(chosen, "roadrunner")
    assert np.abs(outputs - model.predict_proba(chosen)).max() <= imported.report.error_bound + RUN
    assert (imported.predict(chosen) == model.predict(chosen)).mean() >= 0.99


def test_linear_networks_are_exact():
    model, seen, held_out = trained(
        load_diabetes,
        MLPRegressor,
        StandardScaler(),
        activation="identity",
        hidden_layer_sizes=(4, 3),
    )
    imported = from_sklearn(model, data=seen)
    assert imported.report.error_bound < 1e-10  # rounding
    assert imported.network.widths == (20, 2)  # the scaler and three layers are one matrix
    settled = imported.predict(held_out[:20], "roadrunner")
    np.testing.assert_allclose(settled, model.predict(held_out[:20]), rtol=RUN)


def test_a_regressor_with_relu_is_within_its_bound():
    model, seen, held_out = trained(
        load_diabetes, MLPRegressor, MinMaxScaler(), hidden_layer_sizes=(8, 4)
    )
    imported = from_sklearn(model, accuracy=1.0, data=seen)
    chosen = np.clip(held_out, seen.min(axis=0), seen.max(axis=0))[:20]
    settled = imported.predict(chosen, "roadrunner")
    expected = model.predict(chosen)
    assert settled.shape == expected.shape == (20,)
    bound = imported.report.error_bound + RUN * np.abs(expected).max()
    assert np.abs(settled - expected).max() <= bound <= 1.001


@pytest.mark.parametrize("signs", ["pairs", "shift"])
def test_inputs_of_either_sign_are_pairs_or_shifted(signs):
    model, seen, _ = trained(load_iris, MLPClassifier, StandardScaler(), hidden_layer_sizes=(5,))
    around = seen - 5.0  # most are negative now
    moved = make_pipeline(model[0], model[1])
    moved[0].mean_ = model[0].mean_ - 5.0
    imported = from_sklearn(moved, data=around, signs=signs)
    assert imported.network.widths[0] == (8 if signs == "pairs" else 4)
    np.testing.assert_array_equal(imported.predict(around), moved.predict(around))
    assert (imported.codec.encoder.encode(around) >= 0).all()


def test_names_of_classes_and_columns_are_kept():
    iris = load_iris(as_frame=True)
    names = iris.target_names[iris.target]
    model = MLPClassifier((5,), max_iter=2000, random_state=0).fit(iris.data, names)
    imported = from_sklearn(model, data=iris.data.to_numpy())
    assert imported.network.input_names[0] == "sepal length (cm)"
    assert imported.network.output_names[:2] == ("setosa (+)", "setosa (-)")
    assert set(imported.predict(iris.data.to_numpy())) == {"setosa", "versicolor", "virginica"}


def test_what_is_advised_for_linear_models_works():
    inputs, targets = load_diabetes(return_X_y=True)
    model = LinearRegression().fit(inputs, targets)
    with pytest.raises(UnsupportedError) as caught:
        from_sklearn(model)
    advice = re.search(r"from_weights\(.*\)", str(caught.value))[0]
    imported = eval(advice, {"from_weights": from_weights, "numpy": np, "model": model})
    expected = model.predict(inputs)
    np.testing.assert_allclose(imported.predict(inputs), expected, rtol=RUN)


def test_what_is_advised_for_transformed_targets_works():
    inputs, targets = load_diabetes(return_X_y=True)
    network = MLPRegressor(hidden_layer_sizes=(4,), max_iter=50, random_state=0)
    model = TransformedTargetRegressor(network, transformer=StandardScaler()).fit(inputs, targets)
    with pytest.raises(UnsupportedError, match=r"from_sklearn\(model\.regressor_\)"):
        from_sklearn(model)
    imported = from_sklearn(model.regressor_, data=inputs)
    found = model.transformer_.inverse_transform(imported.predict(inputs).reshape(-1, 1))[:, 0]
    np.testing.assert_allclose(found, model.predict(inputs), atol=ACCURACY * targets.std())


def test_what_is_no_network_or_does_not_fit_is_one_clear_error():
    inputs, labels = load_iris(return_X_y=True)
    network = MLPClassifier((3,), max_iter=50, random_state=0)
    with pytest.raises(InputValueError, match="not fitted"):
        from_sklearn(network)
    with pytest.raises(UnsupportedError, match="a LogisticRegression is one weighted sum"):
        from_sklearn(LogisticRegression(max_iter=1000).fit(inputs, labels))
    with pytest.raises(UnsupportedError, match="DecisionTreeClassifier cannot be imported"):
        from_sklearn(DecisionTreeClassifier().fit(inputs, labels))
    for scaler in (RobustScaler(), MaxAbsScaler()):
        with pytest.raises(UnsupportedError, match="apply it to the data first"):
            from_sklearn(make_pipeline(scaler, network).fit(inputs, labels))
    steps = make_pipeline(PolynomialFeatures(2), network).fit(inputs, labels)
    with pytest.raises(UnsupportedError, match=r"'polynomialfeatures'.*PolynomialFeatures"):
        from_sklearn(steps)
    clipped = make_pipeline(MinMaxScaler(clip=True), network).fit(inputs, labels)
    with pytest.raises(UnsupportedError, match="clips"):
        from_sklearn(clipped)
    several = MLPClassifier((3,), max_iter=50).fit(inputs, np.eye(3)[labels].astype(int))
    with pytest.raises(UnsupportedError, match="several labels"):
        from_sklearn(several)
    fitted = make_pipeline(StandardScaler(), network).fit(inputs, labels)
    for options, message in (
        ({"accuracy": 0.0}, "accuracy"),
        ({"signs": "shift"}, "smallest values are known"),
        ({"signs": "odd"}, "must be one of"),
        ({"data": inputs[:, :2]}, "2 numbers a row, but the network has 4 inputs"),
        ({"input_range": (1.0, 0.0)}, "begin with the smallest"),
        ({"h": -1.0}, "h is"),
    ):
        with pytest.raises(InputValueError, match=message):
            from_sklearn(fitted, **options)


def test_columns_of_a_table_are_those_that_the_model_was_fitted_with():
    inputs, targets = load_iris(return_X_y=True, as_frame=True)
    model = make_pipeline(StandardScaler(), MLPClassifier((4,), random_state=0, max_iter=200))
    model.fit(inputs, targets)
    shuffled = inputs[inputs.columns[::-1]].assign(target=targets, note="a")
    imported = from_sklearn(model, data=shuffled)
    assert imported.input_names == tuple(inputs.columns)
    assert (imported.predict(shuffled) == model.predict(inputs)).mean() > 0.98
    assert np.array_equal(imported.outputs(shuffled), imported.outputs(inputs.to_numpy()))
    with pytest.raises(InputValueError, match=r"no column petal width \(cm\)"):
        imported.predict(inputs.iloc[:, :3])
