"""The domain: tables, selection, money, views and exports, without any user interface."""
