"""Table 1 of the paper, there and back: compiling a network and recognising it again."""
