"""The chart grammar: one Chart of lanes over a clock, and its four renderings."""
