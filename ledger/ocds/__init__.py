"""Contracts published in the Open Contracting Data Standard, as rows of the dataset.

Files are read as a stream (`reading`), cut down to what is used (`shape`), grouped by process on disk and
merged (`processes`), searched for AI (`matching`); money is taken out of them (`figures`) and written as rows
(`rows`). What cannot be used is an `Unused` with its reason, never an exception.
"""
