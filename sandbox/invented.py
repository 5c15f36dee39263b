"""Names of people and companies that nobody has, for sample accounts."""

from __future__ import annotations

import random

GIVEN = ("Ana", "Bo", "Chen", "Dara", "Emil", "Farah", "Goran", "Hana", "Ivo", "Jun", "Kofi", "Lea", "Mina")
FAMILY = ("Abe", "Berg", "Costa", "Diaz", "Engel", "Fox", "Grau", "Holm", "Ito", "Jansen", "Kaur", "Lund")
OWNERS = ("Ana Ruiz", "Bo Lind", "Cem Aydin", "Dana Cole")


def company(draw: random.Random) -> str:
    return f"{draw.choice(FAMILY)} {draw.choice(['Ltd', 'GmbH', 'Inc', 'SA'])}"


def address(name: str) -> str:
    """Return an owner's e-mail address."""
    return f"{name.lower().replace(' ', '.')}@example.com"
