"""Apache Spark as an engine, on clusters that are started for it: `make test-spark`.

Each file runs in a process of its own: a process has one session, and it is of one kind.
"""
