"""Tests: each is a sentence about what must hold."""
