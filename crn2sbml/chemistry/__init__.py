"""What a mass-action reaction network is: species, reactions, unions, units. Nothing neural."""
