"""How long a neural network takes to settle, proved for every start."""
