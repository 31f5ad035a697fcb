"""Reading tables that somebody gives: CSV of any dialect, workbooks, packages; within limits."""
