"""Networks from elsewhere: scikit-learn, PyTorch, ONNX and files of weights become chemistry."""

from crn2sbml.importers.comparison import ModelDifference, compare
from crn2sbml.importers.computation.functions import custom
from crn2sbml.importers.conversion.options import ImportOptions
from crn2sbml.importers.exactness import ImportReport
from crn2sbml.importers.loaded import LoadedNetwork
from crn2sbml.importers.onnx.reader import from_onnx
from crn2sbml.importers.pytorch import from_torch
from crn2sbml.importers.scikit_learn import from_sklearn
from crn2sbml.importers.sources import LoadedFile, load_file
from crn2sbml.importers.weights import from_weights

__all__ = [
    "ImportOptions",
    "ImportReport",
    "LoadedFile",
    "LoadedNetwork",
    "ModelDifference",
    "compare",
    "custom",
    "from_onnx",
    "from_sklearn",
    "from_torch",
    "from_weights",
    "load_file",
]
