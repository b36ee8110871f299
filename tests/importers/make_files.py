"""Write the ONNX files that other libraries make: python -m tests.importers.make_files.

Needs torch, onnxscript, keras, scikit-learn and skl2onnx. Beside each file stand inputs and what
the library itself computes for them.
"""

import os
from pathlib import Path

os.environ["KERAS_BACKEND"] = "torch"

import keras
import numpy as np
import torch
from skl2onnx import to_onnx
from sklearn.datasets import load_breast_cancer, load_iris
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from torch import nn

FILES = Path(__file__).parent / "files"


def save(name: str, inputs: np.ndarray, outputs: np.ndarray) -> None:
    flat = inputs.reshape(len(inputs), -1)
    np.savez_compressed(FILES / f"{name}.npz", inputs=flat, outputs=outputs)


def from_pytorch(name: str, module: nn.Module, shape: tuple[int, ...]) -> None:
    inputs = np.random.default_rng(1).random((20, *shape)).astype(np.float32)
    module.eval()
    with torch.no_grad():
        save(name, inputs, module(torch.tensor(inputs)).numpy())
    torch.onnx.export(module, (torch.zeros(1, *shape),), FILES / f"{name}.onnx", dynamo=True)


def from_scikit_learn(name: str, scaler: object, data: object) -> None:
    inputs, labels = data
    model = make_pipeline(scaler, MLPClassifier((6,), max_iter=2000, random_state=0))
    model.fit(inputs, labels)
    save(name, inputs, model.predict_proba(inputs))
    written = to_onnx(model, inputs[:1].astype(np.float32))
    (FILES / f"{name}.onnx").write_bytes(written.SerializeToString())


def from_keras(name: str) -> None:
    keras.utils.set_random_seed(0)
    layers = keras.layers
    model = keras.Sequential(
        [
            layers.Input((4,)),
            layers.Dense(6, activation="relu"),
            layers.BatchNormalization(),
            layers.Dense(5, activation="tanh"),
            layers.Dropout(0.1),
            layers.Dense(3, activation="softmax"),
        ]
    )
    inputs = np.random.default_rng(1).normal(size=(20, 4)).astype(np.float32)
    save(name, inputs, model.predict(inputs, verbose=0))
    model.export(FILES / f"{name}.onnx", format="onnx", verbose=False)


def main() -> None:
    FILES.mkdir(exist_ok=True)
    torch.manual_seed(0)
    dense = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
    from_pytorch("torch_dense", dense, (4,))
    convolution = nn.Sequential(
        nn.Conv2d(1, 4, 3, stride=2, padding=1),
        nn.BatchNorm2d(4),
        nn.LeakyReLU(0.1),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(16, 10),
        nn.Softmax(1),
    )
    from_pytorch("torch_convolution", convolution, (1, 8, 8))
    from_scikit_learn("sklearn_iris", StandardScaler(), load_iris(return_X_y=True))
    from_scikit_learn("sklearn_cancer", MinMaxScaler(), load_breast_cancer(return_X_y=True))
    from_keras("keras_dense")


if __name__ == "__main__":
    main()
