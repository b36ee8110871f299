"""Run all benchmarks one after the other."""

from tests.benchmarks import files, memory, simulation, sizes, start_up, training

if __name__ == "__main__":
    for module in (start_up, files, simulation, memory, training, sizes):
        module.main()
