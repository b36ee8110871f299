"""Whether a reaction network settles, proved species by species (Theorem 4.8)."""
