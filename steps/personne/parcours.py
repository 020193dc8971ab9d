"""Le parcours d'une personne : de l'écran de connexion à la mire, et retour dans le logiciel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from steps.personne.mire import (
    ABANDONNER,
    Fournisseur,
    ReponsePersonne,
    confirmer,
    demander_la_connexion,
    repondre_a_la_mire,
)
from steps.personne.navigateur import Capture, Navigateur, NavigationImpossible, Passage, origine
from steps.personne.pages import Page

_PAGES_MAX = 12

RETOUR, FOURNISSEUR, SANS_BOUTON, IMPOSSIBLE = "retour", "fournisseur", "sans_bouton", "impossible"


@dataclass(frozen=True)
class Parcours:
    """Ce qu'une personne a traversé.

    `issue` : `retour` (revenue dans le logiciel), `fournisseur` (restée chez lui : erreur, refus sans suite, ou
    abandon), `sans_bouton` (le logiciel ne propose pas ce fournisseur), `impossible` (rien ne s'est affiché).
    `authentifiee` : elle a dû répondre à la mire ; faux si sa session y était déjà ouverte.
    `captures` : l'écran à chaque page de `pages`, si le parcours devait les prendre.
    """

    issue: str
    fin: Page
    pages: tuple[Page, ...] = ()
    passages: tuple[Passage, ...] = ()
    authentifiee: bool = False
    raison: str = ""
    captures: tuple[Capture, ...] = ()

    def chez(self, fournisseur: Fournisseur) -> tuple[Passage, ...]:
        """Les passages par ce fournisseur."""
        return tuple(p for p in self.passages if p.origine in fournisseur.origines)

    @property
    def retours(self) -> tuple[Passage, ...]:
        """Passages qui ont rapporté un code ou une erreur au logiciel."""
        return tuple(p for p in self.passages if any(f"{m}{nom}=" in p.url for m in "?&" for nom in ("code", "error")))

    def en_phrase(self) -> str:
        """Où la personne est arrivée, sans paramètre d'adresse."""
        ou = self.fin.url.partition("?")[0]
        return f"{_ISSUES[self.issue]} ({self.raison or ou}, statut {self.fin.statut})"


_ISSUES = {
    RETOUR: "revenue dans le logiciel",
    FOURNISSEUR: "restée chez le fournisseur d'identité",
    SANS_BOUTON: "aucun bouton de ce fournisseur à l'écran",
    IMPOSSIBLE: "le navigateur n'a rien pu afficher",
}


def se_connecter(
    navigateur: Navigateur, url: str, fournisseur: Fournisseur, reponse: ReponsePersonne, *, capturer: bool = False
) -> Parcours:
    """Ouvre l'adresse que le logiciel a donnée, et va jusqu'au retour dans le logiciel."""
    trajet = _Trajet(navigateur, fournisseur, capturer)
    try:
        navigateur.aller(url)
        for _ in range(_PAGES_MAX):
            page = trajet.noter()
            if origine(page.url) in fournisseur.origines:
                if reponse.decision == ABANDONNER:
                    return trajet.finir(FOURNISSEUR, raison="page quittée sans répondre")
                if repondre_a_la_mire(navigateur, reponse) is None:
                    return trajet.finir(FOURNISSEUR, raison=page.titre or page.texte[:200])
                trajet.authentifiee = True
            elif trajet.passe_par_le_fournisseur():
                return trajet.finir(RETOUR)
            elif demander_la_connexion(navigateur, fournisseur) is None:
                return trajet.finir(SANS_BOUTON)
    except NavigationImpossible as erreur:
        return trajet.finir(IMPOSSIBLE, raison=str(erreur))
    return trajet.finir(FOURNISSEUR, raison=f"toujours à la mire après {_PAGES_MAX} pages")


def se_deconnecter(navigateur: Navigateur, url: str, fournisseur: Fournisseur, *, capturer: bool = False) -> Parcours:
    """Ouvre l'adresse de déconnexion ; confirme chez le fournisseur s'il le demande."""
    trajet = _Trajet(navigateur, fournisseur, capturer)
    try:
        navigateur.aller(url)
        for _ in range(3):
            page = trajet.noter()
            if origine(page.url) not in fournisseur.origines:
                return trajet.finir(RETOUR)
            if confirmer(navigateur) is None:
                return trajet.finir(FOURNISSEUR, raison=page.titre)
    except NavigationImpossible as erreur:
        return trajet.finir(IMPOSSIBLE, raison=str(erreur))
    return trajet.finir(FOURNISSEUR)


class _Trajet:
    """Ce qui s'accumule d'une page à l'autre."""

    def __init__(self, navigateur: Navigateur, fournisseur: Fournisseur, capturer: bool = False) -> None:
        self._capturer = capturer
        self._captures: list[Capture] = []
        self._navigateur = navigateur
        self._fournisseur = fournisseur
        self._depart = len(navigateur.passages)
        self._pages: list[Page] = []
        self.authentifiee = False

    def noter(self) -> Page:
        self._pages.append(self._navigateur.page)
        if self._capturer:
            self._captures.append(self._navigateur.capture())
        return self._pages[-1]

    def passages(self) -> Sequence[Passage]:
        return self._navigateur.passages[self._depart :]

    def passe_par_le_fournisseur(self) -> bool:
        return any(p.origine in self._fournisseur.origines for p in self.passages())

    def finir(self, issue: str, raison: str = "") -> Parcours:
        return Parcours(
            issue=issue,
            fin=self._navigateur.page,
            pages=tuple(self._pages),
            passages=tuple(self.passages()),
            authentifiee=self.authentifiee,
            raison=raison,
            captures=tuple(self._captures),
        )
