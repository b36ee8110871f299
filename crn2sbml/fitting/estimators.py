"""Classifier and regressor in scikit-learn's own way: multi-layer perceptrons of chemistry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from crn2sbml._support.arrays import Array
from crn2sbml._support.columns import clean_name
from crn2sbml._support.optional import load_library
from crn2sbml._support.words import shown
from crn2sbml.chemistry.crn import Crn
from crn2sbml.construction.origin import Encoding
from crn2sbml.fitting.columns import Task
from crn2sbml.fitting.fit import FittedNetwork, fit_network
from crn2sbml.fitting.options import FitOptions
from crn2sbml.importers.conversion.options import Signs
from crn2sbml.importers.loaded import Forward, LoadedNetwork
from crn2sbml.neural.activations import Activation
from crn2sbml.training import Chemistry, Descent

load_library("sklearn", "estimators", "sklearn")

from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin  # noqa: E402
from sklearn.utils import check_random_state, column_or_1d  # noqa: E402
from sklearn.utils.multiclass import check_classification_targets  # noqa: E402
from sklearn.utils.validation import check_is_fitted, validate_data  # noqa: E402


class _ChemicalMLP(BaseEstimator):  # type: ignore[misc]
    """What classifier and regressor share."""

    def __init__(  # scikit-learn reads the parameters off this signature
        self,
        hidden_layer_sizes: int | Sequence[int] = (16,),
        *,
        h: float = 0.1,
        learning_rate_init: float = 0.01,
        batch_size: int = 32,
        max_iter: int = 2000,
        early_stopping: bool = True,
        validation_fraction: float = 0.2,
        n_iter_no_change: int = 30,
        signs: Signs = "pairs",
        forward: Forward = "closed-form",
        encoding: Encoding = "absorbed",
        random_state: Any = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.h = h
        self.learning_rate_init = learning_rate_init
        self.batch_size = batch_size
        self.max_iter = max_iter
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.signs = signs
        self.forward = forward
        self.encoding = encoding
        self.random_state = random_state

    def _fit(self, X: Array, y: NDArray[Any], task: Task) -> FittedNetwork:
        names = getattr(self, "feature_names_in_", None)
        options = FitOptions(
            [self.hidden_layer_sizes]
            if isinstance(self.hidden_layer_sizes, int)
            else self.hidden_layer_sizes,
            Activation(self.h),
            task,
            self.signs,
            self.validation_fraction if self.early_stopping else 0.0,
            self.batch_size,
            self.n_iter_no_change,
            Descent(self.max_iter, self.learning_rate_init, optimiser="adam"),
            _printable(names),
        )
        # A RandomState's own integers, since a Generator cannot be made of one.
        seed = check_random_state(self.random_state).randint(2**31 - 1)
        chemistry = Chemistry() if self.forward == "roadrunner" else None
        fitted = fit_network(X, y, options, rng=int(seed), chemistry=chemistry)
        self.network_: LoadedNetwork = fitted.network
        self.loss_curve_: list[float] = fitted.history.cost.tolist()
        self.n_iter_ = len(self.loss_curve_)
        return fitted

    def _rows(self, X: ArrayLike) -> Array:
        """Return checked inputs, their columns in the order of the training data."""
        check_is_fitted(self)
        return np.asarray(validate_data(self, X, dtype=np.float64, reset=False))

    @property
    def crn_(self) -> Crn:
        """The reaction network, compiled when it is asked for."""
        check_is_fitted(self)
        return self.network_.compile(self.encoding)


def _printable(names: NDArray[Any] | None) -> list[str] | None:
    """Return names of features for files, if they are names there, too: printable and different."""
    if names is None:
        return None
    cleaned = [clean_name(name) for name in names]
    return cleaned if all(cleaned) and len(set(cleaned)) == len(cleaned) else None


class ChemicalMLPClassifier(ClassifierMixin, _ChemicalMLP):  # type: ignore[misc]
    """Multi-layer perceptron classifier whose nodes are chemical species.

    Parameters
    ----------
    hidden_layer_sizes : int or sequence of int, default (16,)
        Number of nodes in each hidden layer.
    h : float, default 0.1
        Smoothing of the ReLU, between standardised numbers.
    learning_rate_init : float, default 0.01
        Step size of Adam.
    batch_size : int, default 32
        Examples drawn for each step.
    max_iter : int, default 2000
        Most steps.
    early_stopping : bool, default True
        Hold examples out, where there are 30 or more, and take the network that is best on them.
    validation_fraction : float, default 0.2
        Share of the examples that are held out.
    n_iter_no_change : int, default 30
        Training stops after so many looks at the held-out examples, one in ten steps, without
        improvement.
    signs : {"auto", "pairs", "shift"}, default "pairs"
        Every input is a pair of concentrations, or only those that were negative ("auto"), or those
        are shifted to begin at 0 ("shift"). All but the first refuse later inputs that are lower.
    forward : {"closed-form", "roadrunner"}, default "closed-form"
        Whether nodes are computed by the formula, or are the settled chemistry in libroadrunner,
        both in training and afterwards.
    encoding : {"enzymatic", "absorbed"}, default "absorbed"
        Where :attr:`crn_` holds its numbers.
    random_state : int, numpy.random.RandomState or None, default None
        Source of all randomness.

    Attributes
    ----------
    network_ : LoadedNetwork
        The network, which takes numbers as they are, unscaled.
    crn_ : Crn
        Its reaction network.
    loss_curve_ : list of float
        The cost at each step.
    n_iter_ : int
        Number of steps.
    n_features_in_ : int
        Number of inputs.
    feature_names_in_ : numpy.ndarray of str
        Their names, where they had names.
    classes_ : numpy.ndarray, shape (classes,)
        The labels, sorted.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from crn2sbml.fitting import ChemicalMLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = ChemicalMLPClassifier((8,), random_state=1).fit(X, y)
    >>> model.score(X, y) > 0.95
    True
    >>> model.crn_
    Crn network_8_8_6: 14 dynamic and 8 enzymatic species, ...
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to inputs, shape (n, features), and labels, shape (n,)."""
        rows, labels = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(labels)
        labels = column_or_1d(labels, warn=True)
        self.classes_ = np.unique(labels)
        if len(self.classes_) < 2:
            [only] = self.classes_.tolist()
            raise ValueError(
                f"the labels are all of one class, {shown(only)}; there is nothing to choose"
            )
        self._fit(rows, labels, "classes")
        return self

    def predict_proba(self, X: ArrayLike) -> Array:
        """Return the probability of each class, shape (n, classes), in the order of `classes_`."""
        rows = self._rows(X)
        return self.network_.outputs(rows, self.forward)

    def predict(self, X: ArrayLike) -> NDArray[Any]:
        """Return the likeliest class of each row."""
        rows = self._rows(X)
        return np.asarray(self.classes_[self.network_.outputs(rows, self.forward).argmax(axis=1)])


class ChemicalMLPRegressor(RegressorMixin, _ChemicalMLP):  # type: ignore[misc]
    """Multi-layer perceptron regressor whose nodes are chemical species.

    Parameters and attributes are those of :class:`ChemicalMLPClassifier`, but for the classes.

    Examples
    --------
    >>> import numpy as np
    >>> from crn2sbml.fitting import ChemicalMLPRegressor
    >>> X = np.linspace(-2.0, 2.0, 100)[:, np.newaxis]
    >>> model = ChemicalMLPRegressor((8,), random_state=1).fit(X, X[:, 0] ** 2)
    >>> model.score(X, X[:, 0] ** 2) > 0.99
    True
    """

    def fit(self, X: ArrayLike, y: ArrayLike) -> Self:
        """Fit to inputs, shape (n, features), and numbers, shape (n,) or (n, outputs)."""
        rows, values = validate_data(
            self, X, y, dtype=np.float64, multi_output=True, y_numeric=True
        )
        self._flat = values.ndim == 1
        self._fit(rows, values, "numbers")
        return self

    def predict(self, X: ArrayLike) -> Array:
        """Return the outputs, of the shape that the targets had."""
        rows = self._rows(X)
        values = self.network_.outputs(rows, self.forward)
        return values[:, 0] if self._flat else values

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags
