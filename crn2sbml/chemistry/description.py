"""What a model file tells people about a reaction network, besides its reactions and numbers."""

from __future__ import annotations

from dataclasses import dataclass

from crn2sbml.chemistry.answers import Answer, shown_answers

_MOST_SHOWN = 12


@dataclass(frozen=True, slots=True)
class RoleRow:
    """A row of the table of roles.

    Parameters
    ----------
    role : str
        What the species are for.
    count : int
        How many species there are of the kind.
    species : str
        Their ids, the first and the last of many.
    """

    role: str
    count: int
    species: str


@dataclass(frozen=True, slots=True)
class Description:
    """Texts that formats write for people, and read past.

    Parameters
    ----------
    introduction : tuple of str, default ()
        Paragraphs on what the reaction network computes.
    instructions : tuple of str, default ()
        Sentences on how to put in inputs and read off outputs.
    remarks : tuple of str, default ()
        Further paragraphs.
    roles : tuple of RoleRow, default ()
        Which species are what.
    described_by : str, optional
        Address of the publication that describes the model.
    answers : tuple of Difference or Share, default ()
        What people want to know, which files hold as parameters that follow the concentrations.
    """

    introduction: tuple[str, ...] = ()
    instructions: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    roles: tuple[RoleRow, ...] = ()
    described_by: str | None = None
    answers: tuple[Answer, ...] = ()

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """All of it but the table, a paragraph an entry."""
        instructions = (" ".join(self.instructions),) if self.instructions else ()
        return (*self.introduction, *instructions, *self.held, *self.remarks)

    @property
    def held(self) -> tuple[str, ...]:
        """A sentence on where the answers stand, if there are any."""
        shown = [answer.id for answer in shown_answers(self.answers)]
        if not shown:
            return ()
        more = f" and {len(shown) - _MOST_SHOWN} more" if len(shown) > _MOST_SHOWN else ""
        return (
            f"The answers stand in parameters that follow the concentrations (in COPASI, global "
            f"quantities): {', '.join(shown[:_MOST_SHOWN])}{more}.",
        )
