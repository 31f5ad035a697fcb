"""Initiative: everything known of one initiative, at an address that can be shared."""

from components import initiative
from components.state import read

initiative.page(read())
