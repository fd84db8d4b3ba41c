"""Measure what newswatch is for on labelled files: levels, events, languages."""
