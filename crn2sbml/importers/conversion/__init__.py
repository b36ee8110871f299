"""From a computation to chemistry: knots and smoothing, pairs, layers."""
