"""Agents that prepare and follow a learning session: profile, tutor, activity, feedback, speech."""
