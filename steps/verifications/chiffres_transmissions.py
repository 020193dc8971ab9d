"""Les transmissions d'un tableau de bord et leurs chiffres : par canal, par période, selon l'INS."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

CANAUX: Mapping[str, str] = {
    "dmp": "alimentation du DMP",
    "mss_professionnel": "envoi par MSSanté à un professionnel",
    "mss_patient": "envoi par MSSanté au patient",
}
PERIODES: Mapping[str, str] = {
    "mois_courant": "mois courant",
    "annee_courante": "année courante",
    "annee_precedente": "année précédente",
}
LECTURES = ("acte", "envoi")
"""Un compte rendu revient à la période de son acte, ou à celle de son envoi : le texte ne tranche pas."""


@dataclass(frozen=True, slots=True)
class Transmission:
    """Une transmission que le banc a vue, ou fait échouer. `canal` : clé de CANAUX ; `acte`, `envoi` : jours."""

    document_id: str
    dossier: str
    canal: str
    reussie: bool
    ins_qualifiee: bool
    acte: date
    envoi: date
    finess: str = ""
    rpps: str = ""
    type_code: str = ""


Chiffres = dict[str, tuple[int, int, int]]
"""canal → (total, INS qualifiée, INS non qualifiée)."""


def dans_la_periode(jour: date, periode: str, aujourd_hui: date) -> bool:
    """Vrai si ce jour tombe dans la période, vue d'aujourd'hui."""
    match periode:
        case "mois_courant":
            return (jour.year, jour.month) == (aujourd_hui.year, aujourd_hui.month)
        case "annee_courante":
            return jour.year == aujourd_hui.year
        case _:
            return jour.year == aujourd_hui.year - 1


def de_la_periode(
    transmissions: Iterable[Transmission], periode: str, lecture: str, aujourd_hui: date
) -> list[Transmission]:
    """Celles de la période, à la date de l'acte ou à celle de l'envoi (`lecture`)."""
    return [t for t in transmissions if dans_la_periode(t.acte if lecture == "acte" else t.envoi, periode, aujourd_hui)]


def chiffres_attendus(transmissions: Sequence[Transmission]) -> Chiffres:
    """Comptes rendus transmis avec succès, chacun une fois par canal."""
    attendus: Chiffres = {}
    for canal in CANAUX:
        vus = {t.document_id: t.ins_qualifiee for t in transmissions if t.canal == canal and t.reussie}
        attendus[canal] = (len(vus), sum(vus.values()), len(vus) - sum(vus.values()))
    return attendus


def chiffres_montres(tableau: Mapping[str, Any]) -> Chiffres:
    """Les chiffres d'une réponse de lire_tableau_de_bord ; un canal absent compte -1, jamais zéro."""
    montres: Chiffres = {}
    for canal in CANAUX:
        brut = tableau.get(canal)
        lu: Mapping[str, Any] = brut if isinstance(brut, Mapping) else {}
        montres[canal] = (
            entier(lu.get("total")),
            entier(lu.get("ins_qualifiee")),
            entier(lu.get("ins_non_qualifiee")),
        )
    return montres


def entier(valeur: Any) -> int:
    return valeur if isinstance(valeur, int) and not isinstance(valeur, bool) else -1


def apport(apres: Mapping[str, Any], avant: Mapping[str, Any]) -> dict[str, Any]:
    """Ce que le scénario ajoute à un tableau : le logiciel garde les comptes rendus d'avant. Un absent reste absent."""
    ecart: dict[str, Any] = {}
    for cle, valeur in apres.items():
        ancien = avant.get(cle)
        if isinstance(valeur, Mapping):
            ecart[cle] = apport(valeur, ancien if isinstance(ancien, Mapping) else {})
        elif entier(valeur) >= 0:
            ecart[cle] = valeur - max(entier(ancien), 0)
        else:
            ecart[cle] = valeur
    return ecart


def qualifiees_seules(tableau: Mapping[str, Any]) -> dict[str, Any]:
    """Le tableau réduit aux transmissions à l'INS qualifiée : un logiciel peut ne compter qu'elles."""
    reduit = dict(tableau)
    for canal in CANAUX:
        if isinstance(brut := tableau.get(canal), Mapping):
            reduit[canal] = {**brut, "total": brut.get("ins_qualifiee"), "ins_non_qualifiee": 0}
    return reduit
