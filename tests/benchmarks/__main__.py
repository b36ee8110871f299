"""Run all benchmarks one after the other."""

from tests.benchmarks import files, imports, memory, simulation, sizes, start_up, theory, training

if __name__ == "__main__":
    for module in (start_up, files, theory, imports, simulation, memory, training, sizes):
        module.main()
