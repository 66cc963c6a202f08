"""Evaluation: data sets as data, metrics, runner, report."""
