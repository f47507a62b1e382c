"""The demo: synthetic people, their cards and requests, and the sign-ins to see them with."""

from core.services.demo.load import DemoReport, ensure_loaded, load_demo
from core.services.demo.users import PASSWORD, SignIn, sign_ins

__all__ = ["PASSWORD", "DemoReport", "SignIn", "ensure_loaded", "load_demo", "sign_ins"]
