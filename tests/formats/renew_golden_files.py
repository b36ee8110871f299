"""Write the golden files again with ``python -m tests.formats.renew_golden_files``."""

from pathlib import Path

from crn2sbml import compile_network, save_antimony, save_sbml
from tests.formats.examples import xor_network

if __name__ == "__main__":
    folder = Path(__file__).parent / "golden"
    model = compile_network(xor_network(), inputs=[0.0, 1.0])
    save_sbml(model, folder / "xor_enzymatic.xml", overwrite=True)
    save_antimony(model, folder / "xor_enzymatic.ant", overwrite=True)
