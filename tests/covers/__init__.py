"""Covers drawn with what is on them known beforehand."""
