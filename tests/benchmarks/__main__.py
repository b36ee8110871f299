"""Run all benchmarks one after the other."""

from tests.benchmarks import files, simulation, start_up, training

if __name__ == "__main__":
    for module in (start_up, files, simulation, training):
        module.main()
