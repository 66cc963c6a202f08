"""Evaluation: data sets as data, metrics, runner, comparison, report."""
