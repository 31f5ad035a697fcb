"""What stands in the way of a check, said to a person: what is wrong, where, what to do."""


class Unreadable(Exception):
    """A checkpoint, or a file of work, that cannot be read or trusted."""
