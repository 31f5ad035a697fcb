"""What readers wait for, measured on this machine alone: medians, with the number of cores."""
