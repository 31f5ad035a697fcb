"""The web server around the pages: what is sent, how it is packed, and with which headers."""
