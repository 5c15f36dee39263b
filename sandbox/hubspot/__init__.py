"""A HubSpot account on loopback."""

from sandbox.hubspot.portal import Portal
from sandbox.hubspot.settings import Behaviour, Limits

__all__ = ["Behaviour", "Limits", "Portal"]
