"""Networks that scikit-learn has trained: multi-layer perceptrons, also behind a scaler."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from crn2sbml._support.optional import load_library
from crn2sbml.errors import InputValueError, UnsupportedError
from crn2sbml.importers.computation.functions import FUNCTIONS
from crn2sbml.importers.computation.graph import Graph, Value
from crn2sbml.importers.conversion.convert import convert
from crn2sbml.importers.conversion.options import ImportOptions, Signs
from crn2sbml.importers.loaded import LoadedNetwork
from crn2sbml.neural.dual_rail import ClassLabel

# Names of activations in scikit-learn.
_ACTIVATIONS = {"identity": "identity", "logistic": "sigmoid", "tanh": "tanh", "relu": "relu"}


def from_sklearn(
    model: Any,
    *,
    accuracy: float = 1e-2,
    data: ArrayLike | None = None,
    input_range: tuple[ArrayLike, ArrayLike] | None = None,
    signs: Signs = "auto",
    knots: int | None = None,
    h: float | None = None,
    input_names: Sequence[str] | None = None,
    output_names: Sequence[str] | None = None,
) -> LoadedNetwork:
    """Import a multi-layer perceptron of scikit-learn.

    Parameters
    ----------
    model : MLPClassifier, MLPRegressor or Pipeline
        Fitted. A pipeline may scale first (StandardScaler, MinMaxScaler), which is folded into the
        first layer.
    accuracy, data, input_range, signs, knots, h, input_names, output_names : optional
        What the parameters of :class:`~crn2sbml.importers.ImportOptions` with these names say.

    Returns
    -------
    LoadedNetwork
        Its outputs are those of ``predict_proba`` or ``predict``.

    Raises
    ------
    UnsupportedError
        If a step of the pipeline, or the model, is something else.
    InputValueError
        If it is not fitted, or an option does not fit.
    MissingDependencyError
        If scikit-learn is not installed.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.neural_network import MLPClassifier
    >>> from crn2sbml.importers import from_sklearn
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier((5,), learning_rate_init=0.01, random_state=1, max_iter=999).fit(X, y)
    >>> imported = from_sklearn(model, accuracy=1e-2, data=X)
    >>> bool((imported.predict(X) == model.predict(X)).mean() > 0.99)
    True
    """
    chosen = ImportOptions(accuracy, data, input_range, signs, knots, h, input_names, output_names)
    networks = load_library("sklearn.neural_network", "models of scikit-learn", "sklearn")
    from sklearn.exceptions import NotFittedError
    from sklearn.pipeline import Pipeline
    from sklearn.utils.validation import check_is_fitted

    steps = list(model.steps) if isinstance(model, Pipeline) else [("model", model)]
    steps = [step for step in steps if step[1] is not None and step[1] != "passthrough"]
    if not steps:
        raise UnsupportedError("the pipeline has no steps")
    network = steps[-1][1]
    if not isinstance(network, (networks.MLPClassifier, networks.MLPRegressor)):
        raise UnsupportedError(_refusal(network))
    try:
        for _, step in steps:
            check_is_fitted(step)
    except NotFittedError as error:
        raise InputValueError(f"the model is not fitted: {error}") from error
    graph = Graph(int(steps[0][1].n_features_in_))
    value = graph.inputs
    for name, step in steps[:-1]:
        value = _scaled(value, name, step)
    value = _layers(graph, value, network)
    return _finished(graph, value, network, _with_names(chosen, steps[0][1]))


def _refusal(model: Any) -> str:
    """Say why a model cannot be imported, and what can."""
    kind = type(model).__name__
    if kind == "TransformedTargetRegressor":
        return (
            "a TransformedTargetRegressor changes the output of its network: import the network "
            "alone, from_sklearn(model.regressor_), and apply model.transformer_ to what it says"
        )
    if type(model).__module__.startswith("sklearn.linear_model"):
        return (
            f"a {kind} is one weighted sum without layers before it; give its numbers: "
            f"from_weights({{'0.weight': numpy.atleast_2d(model.coef_), '0.bias': "
            f"model.intercept_}}, '0')"
        )
    return (
        f"{kind} cannot be imported: from_sklearn takes an MLPClassifier or MLPRegressor, also at "
        f"the end of a Pipeline"
    )


def _scaled(value: Value, name: str, step: Any) -> Value:
    """Apply a scaler, which is an affine map."""
    kind = type(step).__name__
    if kind == "StandardScaler":
        mean = step.mean_ if step.with_mean else np.zeros(value.size)
        scale = step.scale_ if step.with_std else np.ones(value.size)
        return value.shifted(-np.asarray(mean)).scaled(1.0 / np.asarray(scale))
    if kind == "MinMaxScaler":
        if step.clip:
            raise UnsupportedError(
                f"step {name!r} of the pipeline is a MinMaxScaler that clips; fit one with "
                f"clip=False"
            )
        return value.scaled(np.asarray(step.scale_)).shifted(np.asarray(step.min_))
    raise UnsupportedError(
        f"step {name!r} of the pipeline is a {kind}, but only StandardScaler and MinMaxScaler can "
        f"be folded into a network; apply it to the data first and import the rest"
    )


def _layers(graph: Graph, value: Value, network: Any) -> Value:
    last = len(network.coefs_) - 1
    for number, (weights, biases) in enumerate(
        zip(network.coefs_, network.intercepts_, strict=True)
    ):
        value = value.mapped(np.asarray(weights, dtype=np.float64).T)
        value = value.shifted(np.asarray(biases, dtype=np.float64))
        if number < last:
            value = graph.apply(FUNCTIONS[_ACTIVATIONS[network.activation]], value)
    return value


def _finished(graph: Graph, value: Value, network: Any, options: ImportOptions) -> LoadedNetwork:
    kind = network.out_activation_
    if kind == "identity":
        return convert(graph, value, options)
    if not hasattr(network, "classes_"):
        raise UnsupportedError(
            f"the last layer of the regressor applies {kind!r}, which has no chemistry; train one "
            f"with the squared error"
        )
    classes = [_plain(name) for name in network.classes_]
    if kind == "softmax":
        return convert(graph, value, options, "softmax", classes)
    # The logistic function of a single output is the probability of the second class.
    if network.n_outputs_ != 1 or len(classes) != 2:
        raise UnsupportedError(
            "the classifier has several labels for each example, which are no classes to choose "
            "from; train a classifier for each label"
        )
    share = graph.apply(FUNCTIONS["sigmoid"], value)
    other = share.scaled(np.array([-1.0])).shifted(np.array([1.0]))
    return convert(graph, Value.joined([other, share]), options, "none", classes)


def _plain(label: Any) -> ClassLabel:
    """Return a class as one of Python's own numbers or as a text."""
    plain = label.item() if isinstance(label, np.generic) else label
    return plain if isinstance(plain, (bool, int, float)) else str(plain)


def _with_names(options: ImportOptions, first: Any) -> ImportOptions:
    """Use the names of the columns that the model was fitted with."""
    from dataclasses import replace

    names = getattr(first, "feature_names_in_", None)
    if options.input_names is not None or names is None:
        return options
    return replace(options, input_names=[str(name) for name in names])
