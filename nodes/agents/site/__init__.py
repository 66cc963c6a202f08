"""Agents that make a web site of a shop's brief: brief, writer, designer, builder, auditor, deployer."""
