"""Print the largest deviation of each tool, the table of the README: run as a module."""

import warnings

from tests.interop.matrix import CASES, TOOLS, deviation, version


def main() -> None:
    warnings.simplefilter("ignore")
    print(f"| tool | version | forms | largest deviation from scipy |\n| {'--- | ' * 4}".rstrip())
    for tool in TOOLS:
        worst = max(deviation(case, tool) for case in CASES)
        print(f"| {tool} | {version(tool)} | {len(CASES)} | {worst:.0e} |")


if __name__ == "__main__":
    main()
