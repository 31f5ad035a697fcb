"""The same page in other tools. They run in an environment of their own: nothing of the dashboard is imported."""
