"""The dashboard beside what people would otherwise take, measured in the same run on the same machine."""
