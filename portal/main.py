"""The script Streamlit runs for every tab: who is looking, in which language, at which page."""

from portal import shell

shell.run()
