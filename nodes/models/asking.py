"""What is asked of a language model, and what comes back."""

from nodes.ports import Decided, Decider, Option, Prompt, Question, Usage, Verdict

__all__ = ["Decided", "Decider", "Option", "Prompt", "Question", "Usage", "Verdict"]
