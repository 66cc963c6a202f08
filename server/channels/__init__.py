"""The ways in from outside that are not our own API."""
