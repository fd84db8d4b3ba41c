"""Labelled material and figures of agreement."""
