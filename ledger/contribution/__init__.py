"""New facts for a package: what somebody enters becomes checked rows, in their places in the files."""
