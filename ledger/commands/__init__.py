"""What can be done with a package from the command line, one module a command."""
