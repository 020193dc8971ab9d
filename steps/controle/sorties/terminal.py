"""Le rapport du terminal : par fichier puis par règle, et un bilan."""

from __future__ import annotations

import os
import textwrap
from collections import Counter
from collections.abc import Iterator
from typing import TextIO

from reports.texte import abreger, affichable, duree_lisible, pluriel, taille_lisible
from reports.verdict import Verdict
from steps.controle.groupes import Groupe, grouper, lieu
from steps.controle.modele import Gravite
from steps.controle.resultat import Resultat
from steps.controle.sorties.texte import (
    CONFIANCES,
    GRAVITES,
    ORDRE,
    SIGNES,
    SIGNES_GRAVITES,
    VERDICT_DE_GRAVITE,
    compter,
    libelle_type,
    nom_lisible,
)

_COULEURS = {
    Verdict.NON_CONFORME: "31;1",
    Verdict.NON_CONCLUANT: "35;1",
    Verdict.A_VERIFIER: "33",
    Verdict.CONFORME: "32",
    Verdict.NON_APPLICABLE: "90",
}
_LIEUX_MAX = 5
_VALEUR_MAX = 400
_MARGE = 6


# Comme reports.terminal, sans ce que celui-ci importe : un tiers de seconde au démarrage.
def couleurs_permises(flux: TextIO) -> bool:
    """Des couleurs seulement sur un terminal, et jamais contre NO_COLOR ou TERM=dumb."""
    return flux.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def colorer(texte: str, verdict: Verdict, couleurs: bool) -> str:
    """Le texte dans la couleur du verdict, si les couleurs sont permises."""
    return f"\x1b[{_COULEURS[verdict]}m{texte}\x1b[0m" if couleurs else texte


class RapportTerminal:
    """Écrit les fichiers un par un, puis le bilan ; ne garde que des comptes."""

    def __init__(self, *, couleurs: bool, largeur: int):
        self._couleurs = couleurs
        self._largeur = max(60, min(largeur, 120))
        self._verdicts: Counter[str] = Counter()
        self._perimetres: dict[str, Counter[str]] = {}
        self._types: Counter[str] = Counter()
        self._duree = 0.0

    def fichier(self, resultat: Resultat) -> Iterator[str]:
        """Les lignes d'un fichier."""
        self._compter(resultat)
        verdict = Verdict(resultat.verdict)
        titre = colorer(f"{SIGNES[verdict]} {verdict.libelle}", verdict, self._couleurs)
        details = ", ".join(
            partie
            for partie in (
                libelle_type(resultat.type),
                taille_lisible(resultat.taille) if resultat.sha256 else "",
                duree_lisible(resultat.duree),
                pluriel(resultat.respectees, "règle respectée", "règles respectées") if resultat.respectees else "",
            )
            if partie
        )
        yield f"{titre}  {affichable(nom_lisible(resultat.fichier))}"
        yield f"  {details}"
        for inclus in resultat.inclus:
            dedans = Verdict(inclus["verdict"])
            yield self._plier(
                f"contient {inclus['document']} : {libelle_type(inclus['type'])}, {dedans.libelle}", "  ", "    "
            )
        for avertissement in resultat.avertissements:
            yield self._plier(f"! {avertissement}", "  ", "    ")
        for groupe in grouper(resultat):
            yield from self._groupe(groupe)
        yield ""

    def bilan(self, secondes: float, interrompu: bool = False, restants: int = 0) -> Iterator[str]:
        """Le périmètre joué, par type, puis les comptes ; `secondes` : durée de la commande."""
        total = sum(self._verdicts.values())
        for type_fichier, phrases in self._perimetres.items():
            yield f"Périmètre, {libelle_type(type_fichier)} ({pluriel(self._types[type_fichier], 'document')}) :"
            for phrase, fois in phrases.items():
                combien = "" if fois == self._types[type_fichier] else f" ({pluriel(fois, 'document')})"
                yield self._plier(f"– {phrase}{combien}", "  ", "    ")
            yield ""
        if interrompu:
            texte = f"Interrompu : {pluriel(restants, 'fichier non jugé', 'fichiers non jugés')}."
            yield colorer(texte, Verdict.NON_CONFORME, self._couleurs)
        comptes = ", ".join(
            colorer(compter(self._verdicts[verdict], verdict), verdict, self._couleurs)
            for verdict in ORDRE
            if self._verdicts[verdict]
        )
        yield f"{pluriel(total, 'fichier')} en {duree_lisible(secondes)}" + (f" : {comptes}" if comptes else "")

    def _compter(self, resultat: Resultat) -> None:
        self._verdicts[resultat.verdict] += 1
        documents = [{"type": resultat.type, "perimetre": resultat.perimetre}, *resultat.inclus]
        for document in documents:
            if document["perimetre"]:
                self._types[document["type"]] += 1
                self._perimetres.setdefault(document["type"], Counter()).update(dict.fromkeys(document["perimetre"], 1))

    def _groupe(self, groupe: Groupe) -> Iterator[str]:
        gravite = Gravite(groupe.gravite)
        verdict = VERDICT_DE_GRAVITE[gravite]
        fois = f" (à {len(groupe.constats)} endroits)" if len(groupe.constats) > 1 else ""
        tete = f"{SIGNES_GRAVITES[gravite]} {groupe.code} {GRAVITES[gravite]}"
        message = groupe.commun("message")
        pli = self._plier(f"{tete}{fois} : {message or groupe.premier['message']}", "  ", "    ")
        yield pli.replace(tete, colorer(tete, verdict, self._couleurs), 1)
        if gravite is Gravite.RESPECTEE:
            return
        if len(groupe.constats) == 1 or (groupe.commun("attendu") and groupe.commun("recu")):
            yield from self._valeurs(groupe.premier, ("attendu", "recu"))
            yield from self._lieux([lieu(constat) for constat in groupe.constats])
        else:
            yield from self._endroits(groupe, avec_message=not message)
        source = str(groupe.premier.get("source") or "")
        confiance = CONFIANCES.get(str(groupe.premier.get("confiance")), "")
        if source:
            yield self._champ("source", f"{source}{f' ({confiance})' if confiance else ''}")
        if groupe.premier.get("a_faire"):
            yield self._champ("à faire", str(groupe.premier["a_faire"]))

    def _endroits(self, groupe: Groupe, *, avec_message: bool) -> Iterator[str]:
        for constat in groupe.constats[:_LIEUX_MAX]:
            yield self._champ("où", lieu(constat) or "le fichier entier")
            if avec_message and constat is not groupe.premier:
                yield self._champ("  constat", str(constat["message"]))
            yield from self._valeurs(constat, ("attendu", "recu"))
        if len(groupe.constats) > _LIEUX_MAX:
            yield " " * _MARGE + f"et {pluriel(len(groupe.constats) - _LIEUX_MAX, 'autre')} (--json les donne tous)"

    def _lieux(self, lieux: list[str]) -> Iterator[str]:
        connus = [lieu for lieu in lieux if lieu]
        for endroit in connus[:_LIEUX_MAX]:
            yield self._champ("où", endroit)
        if len(connus) > _LIEUX_MAX:
            yield " " * _MARGE + f"et {pluriel(len(connus) - _LIEUX_MAX, 'autre')} (--json les donne tous)"

    def _valeurs(self, constat: dict[str, object], cles: tuple[str, ...]) -> Iterator[str]:
        noms = {"attendu": "attendu", "recu": "reçu"}
        for cle in cles:
            if constat.get(cle):
                yield self._champ(noms[cle], str(constat[cle]))

    def _champ(self, nom: str, valeur: str) -> str:
        return self._plier(abreger(valeur, _VALEUR_MAX), f"{' ' * _MARGE}{nom:<8} ", " " * (_MARGE + 9))

    def _plier(self, texte: str, debut: str, suite: str) -> str:
        uni = " ".join(affichable(texte).split())
        if max(map(len, uni.split()), default=0) > self._largeur - len(suite):
            # Un chemin plus long que la ligne reste d'un tenant : il se copie.
            return debut + uni
        return textwrap.fill(
            uni,
            self._largeur,
            initial_indent=debut,
            subsequent_indent=suite,
            break_long_words=False,
            break_on_hyphens=False,
        )
