"""Règles sur la recherche d'une adresse MSSanté dans l'annuaire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.annuaire.contexte import PersonnePubliee, resultat_de
from steps.verifications.annuaire.lecture import porte_adresse
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_ANN05 = REM_BIO.format("ANN/va1.05 (et ANN/va1.06)")
_OU = "résultats de la recherche montrés par le logiciel"

R_TROUVEE = Regle(
    "ANN-BAL-01", "L'adresse MSSanté montrée est celle que l'annuaire publie pour ce professionnel", _ANN05,
    Confiance.OFFICIELLE,
    "Lisez les BAL de ce RPPS dans l'API (telecom MSSANTE) ou dans l'extraction de correspondance MSSanté.",
)  # fmt: skip
R_METHODE = Regle(
    "ANN-BAL-02", "L'adresse vient de l'annuaire, par l'une des méthodes admises", _ANN05, Confiance.OFFICIELLE,
    "Interrogez l'API FHIR de l'Annuaire Santé, ou chargez l'extraction de correspondance MSSanté.",
)  # fmt: skip
R_INVENTEE = Regle(
    "ANN-BAL-03", "Aucune adresse n'est montrée pour un professionnel dont l'annuaire n'en publie pas", _ANN05,
    Confiance.OFFICIELLE,
    "Ne prenez pour MSSanté que les adresses que l'annuaire désigne comme telles ; ne devinez rien.",
)  # fmt: skip
R_PREFEREE = Regle(
    "ANN-BAL-04", "De plusieurs adresses, la préférée du professionnel est montrée",
    "ANS, guide d'implémentation Annuaire Santé, telecom.rank", Confiance.DEDUITE,
    "Montrez toutes les adresses, ou d'abord celle de rang 1.",
)  # fmt: skip

Resultats = Sequence[Mapping[str, Any]]


def adresses_montrees(resultats: Resultats, personne: PersonnePubliee) -> list[str] | None:
    """Adresses montrées pour cette personne, en minuscules ; None si elle n'est pas parmi les résultats."""
    resultat = resultat_de(resultats, personne)
    if resultat is None:
        return None
    return [str(adresse).strip().lower() for adresse in resultat.get("adresses_mss") or ()]


def dire_resultats(resultats: Resultats) -> str:
    """Les premiers résultats, lisibles."""
    lus = [f"{r.get('prenom', '')} {r.get('nom', '')} ({r.get('rpps') or 'sans RPPS'})" for r in resultats[:5]]
    reste = f" et {len(resultats) - 5} autres" if len(resultats) > 5 else ""
    return (", ".join(lus) + reste) or "aucun résultat"


@verification(R_TROUVEE)
def adresse_trouvee(resultats: Resultats, personne: PersonnePubliee, dit: str = "") -> Constat:
    """Le professionnel est trouvé, avec au moins une adresse, et aucune qui ne soit pas la sienne."""
    if not personne.adresses:
        return R_TROUVEE.sans_objet(f"l'annuaire ne publie aucune adresse pour {personne.lisible}")
    montrees = adresses_montrees(resultats, personne)
    attendues = {adresse.lower() for adresse in personne.adresses}
    attendu = f"{personne.lisible} : {', '.join(personne.adresses)}"
    if montrees is None:
        return R_TROUVEE.enfreinte(
            f"le professionnel cherché n'est pas trouvé : {personne.lisible}", attendu=attendu,
            recu=f"{dire_resultats(resultats)}{f' ; {dit}' if dit else ''}", ou=_OU,
        )  # fmt: skip
    etrangeres = [adresse for adresse in montrees if adresse not in attendues]
    message = (
        f"une adresse montrée n'est pas celle de {personne.lisible}" if etrangeres else "aucune adresse n'est montrée"
    )
    return juger(
        R_TROUVEE, bool(montrees) and not etrangeres, message,
        attendu=attendu, recu=", ".join(montrees) or "aucune adresse", ou=_OU,
    )  # fmt: skip


@verification(R_METHODE)
def adresse_lue_dans_l_annuaire(
    resultats: Resultats, personne: PersonnePubliee, echanges: Sequence[Echange]
) -> Constat:
    """Une réponse de l'annuaire, API ou extraction, portait l'adresse montrée."""
    montrees = adresses_montrees(resultats, personne) or []
    if not montrees:
        return R_METHODE.sans_objet("aucune adresse n'est montrée pour ce professionnel")
    annuaire = [e for e in echanges if e.service == "annuaire"]
    sources = [next((e for e in annuaire if porte_adresse(e, adresse)), None) for adresse in montrees]
    vues = tuple(dict.fromkeys(e.numero for e in sources if e is not None))
    return juger(
        R_METHODE, None not in sources, "l'adresse montrée n'était dans aucune réponse de l'annuaire",
        attendu="une réponse de l'API, ou une extraction, qui porte l'adresse",
        recu=f"{len(annuaire)} échange(s) avec l'annuaire, {sum(s is None for s in sources)} adresse(s) sans source",
        ou="échanges avec l'annuaire", echanges=vues,
    )  # fmt: skip


@verification(R_INVENTEE)
def aucune_adresse(resultats: Resultats, personne: PersonnePubliee, *, temoins: Sequence[str]) -> Constat:
    """Rien n'est montré pour lui, alors que le logiciel montre les adresses d'autres."""
    if personne.adresses:
        return R_INVENTEE.sans_objet(f"l'annuaire publie une adresse pour {personne.lisible}")
    if not temoins:
        return R_INVENTEE.sans_objet("le logiciel n'a montré l'adresse de personne : l'absence ne prouve rien")
    montrees = adresses_montrees(resultats, personne) or []
    return juger(
        R_INVENTEE, not montrees, f"une adresse est montrée pour {personne.lisible}, dont l'annuaire n'en publie pas",
        attendu="aucune adresse", recu=", ".join(montrees) or f"aucune ; témoin : {temoins[0]}", ou=_OU,
    )  # fmt: skip


@verification(R_PREFEREE)
def preferee_d_abord(resultats: Resultats, personne: PersonnePubliee) -> Constat:
    """Plusieurs adresses publiées : celle de rang 1 est parmi celles qui sont montrées."""
    montrees = adresses_montrees(resultats, personne) or []
    if len(personne.adresses) < 2 or not montrees:
        return R_PREFEREE.sans_objet("il faut plusieurs adresses publiées, et une adresse montrée")
    preferee = personne.adresses[0].lower()
    if preferee in montrees:
        return R_PREFEREE.respectee(recu=", ".join(montrees), ou=_OU)
    return R_PREFEREE.signalee(
        "l'adresse préférée du professionnel n'est pas montrée", attendu=preferee, recu=", ".join(montrees), ou=_OU
    )
