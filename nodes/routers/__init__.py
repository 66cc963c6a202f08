"""Routers: the stages that decide the lane and intent of a turn."""

from nodes.routers.chain import ChainRouter
from nodes.routers.dialogue import DialogueRouter, DialogueRow, fit
from nodes.routers.encoder import load_encoder
from nodes.routers.local import LocalClassifier, examples_of
from nodes.routers.thresholds import Thresholds

__all__ = [
    "ChainRouter",
    "DialogueRouter",
    "DialogueRow",
    "LocalClassifier",
    "Thresholds",
    "examples_of",
    "fit",
    "load_encoder",
]
