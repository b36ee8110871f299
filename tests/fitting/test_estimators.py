"""The estimators are what scikit-learn takes for estimators."""

import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes, load_iris
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from crn2sbml import extract_network
from crn2sbml.errors import Crn2sbmlError
from crn2sbml.fitting import ChemicalMLPClassifier, ChemicalMLPRegressor

X, Y = load_iris(return_X_y=True)
FRAME, DISEASE = load_diabetes(return_X_y=True, as_frame=True)
# Fewer steps than by default, which is enough for the sets that scikit-learn makes up.
CHECKED = [
    estimator((8,), max_iter=60, learning_rate_init=0.05)
    for estimator in (ChemicalMLPClassifier, ChemicalMLPRegressor)
]
QUICK = {"max_iter": 100, "random_state": 1}


# One check asks for SCIPY_ARRAY_API in the environment, and skips itself.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(CHECKED)
def test_scikit_learn_finds_nothing_wrong(estimator, check):
    check(estimator)


def test_a_classifier_gives_labels_and_probabilities():
    labels = np.array(["setosa", "versicolor", "virginica"])[Y]
    model = ChemicalMLPClassifier((8,), random_state=1, max_iter=500).fit(X, labels)
    assert model.score(X, labels) > 0.95
    assert model.classes_.tolist() == sorted(set(labels))
    np.testing.assert_allclose(model.predict_proba(X).sum(axis=1), 1.0)
    assert model.n_iter_ == len(model.loss_curve_) <= 500
    assert model.network_.codec.decoder.classes == tuple(model.classes_)
    again = pickle.loads(pickle.dumps(model))
    np.testing.assert_array_equal(again.predict(X), model.predict(X))


def test_a_regressor_gives_the_shape_that_it_was_given():
    model = ChemicalMLPRegressor(**QUICK).fit(FRAME, DISEASE)
    assert model.predict(FRAME).shape == (len(FRAME),)
    assert model.feature_names_in_.tolist() == list(FRAME.columns)
    assert model.network_.codec.encoder.names == tuple(FRAME.columns)
    with pytest.raises(ValueError, match="feature names should match"):
        model.predict(FRAME[FRAME.columns[::-1]])
    both = pd.DataFrame({"now": DISEASE, "change": DISEASE - 150.0})
    model = ChemicalMLPRegressor(**QUICK).fit(FRAME, both)
    assert model.predict(FRAME).shape == both.shape


def test_the_chemistry_gives_the_answer_of_the_formula():
    formula, chemistry = (
        ChemicalMLPClassifier((3,), max_iter=5, random_state=1, forward=forward).fit(X, Y)
        for forward in ("closed-form", "roadrunner")
    )
    np.testing.assert_allclose(
        chemistry.predict_proba(X[:5]), formula.predict_proba(X[:5]), rtol=0, atol=1e-6
    )
    assert extract_network(formula.crn_).widths == (8, 3, 6)
    absorbed = formula.crn_
    enzymatic = formula.set_params(encoding="enzymatic").crn_
    assert len(enzymatic.species) > len(absorbed.species)
    assert not hasattr(ChemicalMLPClassifier(), "crn_")


def test_it_is_one_step_among_others():
    pipeline = make_pipeline(MinMaxScaler(), ChemicalMLPClassifier((8,), **QUICK))
    assert cross_val_score(pipeline, X, Y, cv=2).min() > 0.8
    search = GridSearchCV(
        ChemicalMLPRegressor(**QUICK), {"hidden_layer_sizes": [2, (4,)], "h": [0.1]}, cv=2
    )
    search.fit(FRAME[:60], DISEASE[:60])
    assert search.best_estimator_.network_.network.widths[1] in (2, 4)


def test_a_parameter_out_of_range_is_an_error_of_ours():
    with pytest.raises(Crn2sbmlError, match="signs is 'both'"):
        ChemicalMLPRegressor(signs="both").fit(FRAME, DISEASE)
    with pytest.raises(Crn2sbmlError, match="no forward pass 'torch'"):
        ChemicalMLPRegressor(forward="torch", max_iter=1).fit(FRAME, DISEASE).predict(FRAME)


@pytest.mark.parametrize(("label", "shown"), [("a", "'a'"), (1.0, "1"), (3, "3")])
def test_a_single_class_is_named_as_its_user_would(label, shown):
    with pytest.raises(ValueError, match=f"all of one class, {shown}; there"):
        ChemicalMLPClassifier().fit([[1.0], [2.0]], np.array([label, label]))
