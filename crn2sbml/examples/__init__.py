"""What shows the rest: the demo, the shipped models, the experiments of the paper."""
