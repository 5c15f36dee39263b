"""A Salesforce org on loopback."""

from sandbox.salesforce.org import Org
from sandbox.salesforce.settings import Settings

__all__ = ["Org", "Settings"]
