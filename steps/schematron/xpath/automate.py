"""Automate à états multiples pour les motifs que `re` parcourrait en temps exponentiel : temps linéaire garanti.

Source : la construction de Thompson (1968), simulée par ensembles d'états, transitions gardées en mémoire.
"""

from __future__ import annotations

from .caracteres import Intervalles, contient
from .erreurs import HorsDePortee
from .regex import Ancre, Classe, Morceau, Repete, Suite

_ETATS_MAX = 20_000
_MEMOIRE_MAX = 20_000


class Automate:
    """Un motif compilé ; `trouve(texte)` dit s'il se trouve quelque part."""

    def __init__(self, motif: Suite, drapeaux: str) -> None:
        if "m" in drapeaux:
            raise HorsDePortee("drapeau m sur une expression régulière à temps non borné")
        self.casse = "i" in drapeaux
        # une arête : (classe, cible) ; un saut : (ancre ou "", cible)
        self.aretes: list[tuple[Classe, int] | None] = []
        self.sauts: list[list[tuple[str, int]]] = []
        self.fin = self._etat()
        self.debut = self._suite(motif, self.fin)
        self._memoire: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    def _etat(self) -> int:
        if len(self.aretes) >= _ETATS_MAX:
            raise HorsDePortee("expression régulière trop grande")
        self.aretes.append(None)
        self.sauts.append([])
        return len(self.aretes) - 1

    def _suite(self, e: Morceau, cible: int) -> int:
        """L'état d'où lire `e` mène à `cible`."""
        etat = self._etat()
        if isinstance(e, Classe):
            self.aretes[etat] = (e, cible)
        elif isinstance(e, Ancre):
            self.sauts[etat].append((e.signe, cible))
        elif isinstance(e, Suite):
            for branche in e.branches:
                suivant = cible
                for morceau in reversed(branche):
                    suivant = self._suite(morceau, suivant)
                self.sauts[etat].append(("", suivant))
        else:
            self._repete(e, etat, cible)
        return etat

    def _repete(self, e: Repete, etat: int, cible: int) -> None:
        suivant = cible
        if e.haut is None:
            boucle = self._etat()
            self.sauts[boucle] += [("", self._suite(e.e, boucle)), ("", cible)]
            suivant = boucle
        else:
            for _ in range(e.haut - e.bas):
                choix = self._etat()
                self.sauts[choix] += [("", self._suite(e.e, suivant)), ("", cible)]
                suivant = choix
        for _ in range(e.bas):
            suivant = self._suite(e.e, suivant)
        self.sauts[etat].append(("", suivant))

    def _fermer(self, etats: set[int], au_debut: bool, a_la_fin: bool) -> frozenset[int]:
        pile = list(etats)
        vus = set(etats)
        while pile:
            for signe, cible in self.sauts[pile.pop()]:
                permis = not signe or (au_debut if signe == "^" else a_la_fin)
                if permis and cible not in vus:
                    vus.add(cible)
                    pile.append(cible)
        return frozenset(vus)

    def _lit(self, classe: Classe, c: str) -> bool:
        variantes = {c, c.lower(), c.upper()} if self.casse else {c}
        dedans = any(len(v) == 1 and _dans(classe.intervalles, ord(v)) for v in variantes)
        if dedans == classe.negative:
            return False
        return classe.sauf is None or not self._lit(classe.sauf, c)

    def trouve(self, texte: str) -> bool:
        """Le motif se trouve-t-il dans le texte ? Temps proportionnel à la longueur du texte."""
        etats = self._fermer({self.debut}, True, not texte)
        for i, c in enumerate(texte):
            if self.fin in etats:
                return True
            dernier = i == len(texte) - 1
            connus = self._memoire.get((etats, c)) if not dernier else None
            if connus is None:
                suite = {self.debut}
                for etat in etats:
                    arete = self.aretes[etat]
                    if arete is not None and self._lit(arete[0], c):
                        suite.add(arete[1])
                connus = self._fermer(suite, False, dernier)
                if not dernier and len(self._memoire) < _MEMOIRE_MAX:
                    self._memoire[etats, c] = connus
            etats = connus
        return self.fin in etats


def _dans(intervalles: Intervalles, point: int) -> bool:
    return contient(intervalles, point)
