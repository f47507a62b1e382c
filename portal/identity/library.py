"""What is taken from streamlit-authenticator, imported without its noise.

Importing it draws a component outside any page, which Streamlit warns of five times at every start.
"""

from __future__ import annotations

import logging

logging.disable(logging.WARNING)
try:
    from streamlit_authenticator.controllers.authentication_controller import AuthenticationController
    from streamlit_authenticator.models.authentication_model import AuthenticationModel
    from streamlit_authenticator.utilities import LoginError
finally:
    logging.disable(logging.NOTSET)

__all__ = ["AuthenticationController", "AuthenticationModel", "LoginError"]
