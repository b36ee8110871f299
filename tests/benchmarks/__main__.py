"""Run all benchmarks one after the other."""

from tests.benchmarks import files, simulation, start_up

if __name__ == "__main__":
    for module in (start_up, files, simulation):
        module.main()
