"""The pages with a reader's own rows: what they say, and that it goes with one click."""
from streamlit.testing.v1 import AppTest

from ledger import dataset, own
from tests.test_own import BASE, OWN
from tests.test_pages import PAGES, open_page, texts
