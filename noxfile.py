"""The checks in fresh environments: `nox` for all, `nox -s tests-3.12 -- -k simulator` for some."""

import nox

nox.options.error_on_missing_interpreters = False


@nox.session(python=["3.11", "3.12", "3.13"])
def tests(session: nox.Session) -> None:
    session.install(".[test]")
    session.run("python", "-m", "pytest", *session.posargs)


@nox.session
def slow(session: nox.Session) -> None:
    session.install(".[test]")
    session.run(
        "python",
        "-m",
        "pytest",
        "--hypothesis-profile",
        "long",
        "-m",
        "slow or (hypothesis and not interop and not browser)",
        *session.posargs,
    )


@nox.session
def lint(session: nox.Session) -> None:
    session.install("ruff")
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")


@nox.session
def types(session: nox.Session) -> None:
    session.install(".", "mypy")
    session.run("mypy")


@nox.session
def doctests(session: nox.Session) -> None:
    session.install(".[test]")
    session.run("python", "-m", "pytest", "--doctest-modules", "crn2sbml", *session.posargs)
