"""SBML: writing, reading and checking."""
