"""What a neural network is: activations, layers, file, codec, steady state; not chemistry."""
