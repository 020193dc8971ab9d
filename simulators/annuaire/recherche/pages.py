"""Les pages suivantes : un identifiant opaque par page, gardé un moment."""

from __future__ import annotations

import secrets
import threading
from collections import OrderedDict

from simulators.annuaire.recherche.execution import Page

GARDEES = 512


class Pages:
    """Pages promises ; les plus anciennes expirent."""

    def __init__(self) -> None:
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._verrou = threading.Lock()

    def promettre(self, page: Page) -> str:
        """Garde la page et rend son identifiant, que rien ne permet de deviner."""
        identifiant = secrets.token_urlsafe(96)
        with self._verrou:
            self._pages[identifiant] = page
            while len(self._pages) > GARDEES:
                self._pages.popitem(last=False)
        return identifiant

    def lire(self, identifiant: str) -> Page | None:
        """La page promise sous cet identifiant ; elle peut être relue."""
        with self._verrou:
            return self._pages.get(identifiant)

    def vider(self) -> None:
        """Fait expirer toutes les pages."""
        with self._verrou:
            self._pages.clear()
