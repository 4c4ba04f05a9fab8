"""Worlds whose truth is known, for tests/calibration.py: drawn, written as exports, run, read and computed again."""
