"""Files of networks that are never read here, and what to do instead."""

from __future__ import annotations

from pathlib import Path

from crn2sbml.errors import UnsupportedError

_PICKLES = (".pkl", ".pickle", ".joblib", ".pt", ".pth", ".ckpt")
_KERAS = (".h5", ".hdf5", ".keras")
_BARE_WEIGHTS = (".safetensors",)


def refuse_foreign(path: str | Path) -> None:
    """Refuse files that can run any code when they are opened, and those that nothing here reads.

    Raises
    ------
    UnsupportedError
        For pickles and files of Keras, with what to do instead.
    """
    ending = Path(path).suffix.lower()
    if ending in _PICKLES:
        raise UnsupportedError(
            f"{path} is a pickle, which can run any program when it is opened, so that it is never "
            f"read here; in Python, load it if you trust it and pass the model to from_sklearn or "
            f"from_torch, or save it as ONNX or safetensors"
        )
    if ending in _KERAS:
        raise UnsupportedError(
            f"{path} is a file of Keras; save the model as ONNX: model.export(FILE.onnx, "
            f"format='onnx')"
        )


def refuse_bare_weights(path: str | Path) -> None:
    """Refuse files that hold weights without saying how they are used.

    Raises
    ------
    UnsupportedError
        With the command that takes such files.
    """
    if Path(path).suffix.lower() in _BARE_WEIGHTS:
        raise UnsupportedError(
            f"{path} holds weights without saying how they are used; name the layers in order: "
            f"crn2sbml import {path} --layers 0,relu,2 -o net.npz"
        )
