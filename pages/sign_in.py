"""Signing in to the desk and out of it."""

from components.workbench.desk.signing_in import show_sign_in
from components.workbench.notices import explained_failures

with explained_failures():
    show_sign_in()
