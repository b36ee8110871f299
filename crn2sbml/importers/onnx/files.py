"""Files of ONNX, as far as they are read before anything in them is understood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crn2sbml._support.files import file_errors
from crn2sbml.errors import FileError, FormatError, InputValueError, UnsupportedError
from crn2sbml.importers.onnx.moving_operations import LARGEST_FILE


def read_content(onnx: Any, source: Any) -> tuple[bytes, str, Path | None]:
    """Return what a file holds, what to call it, and its folder."""
    if isinstance(source, (str, Path)):
        return _read(source), str(source), Path(source).resolve().parent
    if isinstance(source, onnx.ModelProto):
        return source.SerializeToString(), "the model", None
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source), "the model", None
    raise InputValueError(
        f"the model is a {type(source).__name__}; pass an ONNX file, or its content"
    )


def parse_model(onnx: Any, content: bytes, name: str) -> Any:
    """Return the model in a file, with names that are texts."""
    try:
        model = onnx.load_model_from_string(content)
    except Exception as error:  # protobuf has several kinds of its own
        raise FormatError(f"{name} is no ONNX model: {error}") from error
    if not model.graph.node or not model.opset_import:
        raise FormatError(f"{name} is no ONNX model: it holds no computation")
    entries = [entry.name for part in (model.graph.input, model.graph.output) for entry in part]
    entries += [text for node in model.graph.node for text in (*node.input, *node.output)]
    if not all(isinstance(text, str) for text in entries):
        raise FormatError(f"{name} is broken: it holds names that are no text in UTF-8")
    return model


def read_beside(onnx: Any, tensor: Any, folder: Path | None, name: str) -> None:
    """Read numbers that a file keeps in another one, which must be beside it."""
    if tensor.data_location != onnx.TensorProto.EXTERNAL:
        return
    told = {entry.key: entry.value for entry in tensor.external_data}
    location = told.get("location", "")
    if folder is None or not location or Path(location).name != location or "\\" in location:
        raise UnsupportedError(
            f"{name} keeps the weights {tensor.name} in {location or 'another file'!r}; they must "
            f"be in a file beside it, or in the file itself"
        )
    path = folder / location
    if path.is_symlink():
        raise UnsupportedError(
            f"{name} keeps the weights {tensor.name} behind a link, {location!r}"
        )
    try:
        start, length = int(told.get("offset", 0)), int(told.get("length", -1))
        if start < 0 or length > LARGEST_FILE or path.stat().st_size > LARGEST_FILE:
            raise FormatError(f"{name}: the place of {tensor.name} in {location} is impossible")
        with path.open("rb") as stream:
            stream.seek(start)
            content = stream.read(length)
    except ValueError as error:
        raise FormatError(f"{name}: the place of {tensor.name} is no number") from error
    except OSError as error:
        raise FileError(
            f"{name} keeps the weights {tensor.name} in {location}, which cannot be read: "
            f"{error.strerror or error}"
        ) from error
    tensor.raw_data = content
    tensor.ClearField("data_location")
    tensor.ClearField("external_data")


def _read(source: str | Path) -> bytes:
    path = Path(source)
    with file_errors(path, "read"):
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise UnsupportedError(
                f"{path} has {size / 1e6:,.0f} MB, but at most {LARGEST_FILE / 1e6:,.0f} are read"
            )
        return path.read_bytes()
