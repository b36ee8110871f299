"""Files for other people's tools: tables, reaction lists, and the text of other programs."""

from crn2sbml.exports.copasi import load_basico, save_copasi, to_copasi
from crn2sbml.exports.counts import save_counts_sbml, to_counts_sbml
from crn2sbml.exports.omex import load_libsedml, save_omex, to_omex, to_sedml
from crn2sbml.exports.reaction_text import (
    save_nuskell,
    save_reaction_list,
    to_nuskell,
    to_reaction_list,
)
from crn2sbml.exports.study import Study, make_study
from crn2sbml.exports.tables import (
    Table,
    load_openpyxl,
    reaction_table,
    save_csv_tables,
    save_markdown_tables,
    save_xlsx_tables,
    species_table,
    to_csv_tables,
    to_markdown_tables,
)
from crn2sbml.exports.training_problem import PetabProblem, load_petab, make_petab, save_petab

OPTIONAL_LIBRARIES = {
    "cps": load_basico,
    "omex": load_libsedml,
    "petab": load_petab,
    "xlsx": load_openpyxl,
}
"""For formats that need a library of an extra, what imports it or names the extra."""

__all__ = [
    "OPTIONAL_LIBRARIES",
    "PetabProblem",
    "Study",
    "Table",
    "make_petab",
    "make_study",
    "reaction_table",
    "save_copasi",
    "save_counts_sbml",
    "save_csv_tables",
    "save_markdown_tables",
    "save_nuskell",
    "save_omex",
    "save_petab",
    "save_reaction_list",
    "save_xlsx_tables",
    "species_table",
    "to_copasi",
    "to_counts_sbml",
    "to_csv_tables",
    "to_markdown_tables",
    "to_nuskell",
    "to_omex",
    "to_reaction_list",
    "to_sedml",
]
