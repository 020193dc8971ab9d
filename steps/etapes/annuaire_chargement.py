"""Étapes du chargement de l'extraction publique, à la demande puis à la périodicité réglée."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from simulators.socle.requete import RequeteRecue
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes.annuaire_commun import fiche_publiee, publie, rpps_de
from steps.etapes.commun import changer_reglage, garder_reglage
from steps.etapes.dmp_commun import delai_d_observation
from steps.logiciel.protocole import ReponseAction
from steps.releves import retirer
from steps.verifications.annuaire import chargement as regles
from steps.verifications.annuaire import frequence as regles_frequence
from steps.verifications.annuaire.contexte import PersonnePubliee
from steps.verifications.annuaire.lecture import (
    Extraction,
    ExtractionIllisible,
    appels,
    lire_extraction,
    telechargements,
)

_REGLAGE = "frequence_annuaire"
_PERIODE_COURTE = timedelta(seconds=0.8)
_PASSAGES = 3


# ----------------------------------------------------------------- à la demande
@when("l'administrateur charge l'extraction de l'Annuaire Santé")
def charger(essai: Essai) -> None:
    """Garde le rapport, et l'archive que le logiciel a réellement reçue."""
    reponse = essai.jouer("importer_annuaire", "administrateur")
    rapport = reponse.donnees.get("rapport") or {}
    essai.releves["chargement"] = (reponse, rapport)
    recues = telechargements(essai.echanges("annuaire"))
    if recues and recues[-1].reponse is not None and recues[-1].panne is None:
        try:
            essai.releves["extraction reçue"] = lire_extraction(recues[-1].reponse.corps.octets)
        except ExtractionIllisible as erreur:
            raise NonConcluant(f"l'extraction simulée ne se lit pas : {erreur}") from erreur
    if rapport:
        texte = json.dumps({"messages": reponse.messages, "rapport": rapport}, ensure_ascii=False, indent=2)
        essai.bilan.joindre("rapport-integration.json", "export", texte.encode(), "rapport d'intégration de l'annuaire")


@then("l'extraction de l'annuaire a été téléchargée et chargée")
def telechargee(essai: Essai) -> None:
    reponse, _ = retirer(essai, "chargement", tuple)
    essai.bilan.exiger(regles.extraction_telechargee(essai.echanges("annuaire"), reponse.en_phrase()))
    essai.bilan.exiger(regles.chargement_abouti(reponse.resultat, reponse.en_phrase()))


@then("le rapport d'intégration rend compte de son contenu")
def rapport_juste(essai: Essai) -> None:
    _, rapport = retirer(essai, "chargement", tuple)
    essai.bilan.constater(regles.rapport_fidele(rapport, retirer(essai, "extraction reçue", Extraction)))


@then(parse("« {nom} » se trouve dans l'annuaire chargé, tel que l'extraction le donne"))
def trouve_dans_la_copie(essai: Essai, nom: str) -> None:
    attendu = _ligne_recue(essai, nom)
    resultats, api_appelee, dit = _chercher_sans_api(essai, rpps_de(essai, nom))
    constat = regles.professionnel_integre(resultats, attendu, api_appelee=api_appelee, dit=dit)
    _temoigner(essai, nom, resultats)
    essai.bilan.constater(constat)


@then("des professionnels pris d'un bout à l'autre de l'extraction s'y trouvent aussi")
def d_un_bout_a_l_autre(essai: Essai) -> None:
    """Le premier, celui du milieu, celui des trois quarts : un chargement partiel se verrait."""
    lignes = list(retirer(essai, "extraction reçue", Extraction).personnes.values())
    for rang in (0, len(lignes) // 2, 3 * len(lignes) // 4):
        attendu = PersonnePubliee.depuis_ligne(lignes[rang])
        resultats, api_appelee, dit = _chercher_sans_api(essai, attendu.rpps)
        essai.bilan.constater(regles.professionnel_integre(resultats, attendu, api_appelee=api_appelee, dit=dit))


@then(parse("« {nom} » est à jour dans l'annuaire chargé, tel que la nouvelle extraction le donne"))
def a_jour_dans_la_copie(essai: Essai, nom: str) -> None:
    attendu = _ligne_recue(essai, nom)
    resultats, api_appelee, dit = _chercher_sans_api(essai, rpps_de(essai, nom))
    _temoigner(essai, nom, resultats)
    essai.bilan.constater(regles.professionnel_remis_a_jour(resultats, attendu, api_appelee=api_appelee, dit=dit))


@then(parse("« {nom} » n'est plus proposé par l'annuaire chargé"))
def ecarte_de_la_copie(essai: Essai, nom: str) -> None:
    if rpps_de(essai, nom) in retirer(essai, "extraction reçue", Extraction).personnes:
        raise NonConcluant(f"« {nom} » est encore dans l'extraction que le logiciel a reçue")
    resultats, api_appelee, dit = _chercher_sans_api(essai, rpps_de(essai, nom))
    temoins = list(essai.releves.get("trouvés dans la copie", []))
    essai.bilan.constater(
        regles.professionnel_ecarte(resultats, publie(essai, nom), temoins=temoins, api_appelee=api_appelee, dit=dit)
    )


@when("l'extraction de l'Annuaire Santé arrive coupée en son milieu")
def extraction_coupee(essai: Essai) -> None:
    """La longueur annoncée est juste : seule l'archive est abîmée."""
    panne = essai.banc.annuaire.panne("archive_tronquee", operation="extraction:PS_LibreAcces")
    essai.a_la_fin(panne.retirer)


@then("l'échec du chargement est dit")
def echec_dit(essai: Essai) -> None:
    reponse, rapport = retirer(essai, "chargement", tuple)
    essai.bilan.constater(regles.echec_dit(reponse.resultat, rapport, reponse.en_phrase()))


@when(parse("l'Annuaire Santé change le nom d'exercice de « {nom} » en « {neuf} »"))
def changer_nom(essai: Essai, nom: str, neuf: str) -> None:
    essai.banc.annuaire.etat.modifier(rpps_de(essai, nom), nom=neuf)


@when(parse("l'Annuaire Santé ne publie plus « {nom} »"))
def ne_plus_publier(essai: Essai, nom: str) -> None:
    fiche_publiee(essai, nom)
    essai.banc.annuaire.etat.retirer(rpps_de(essai, nom))


def _ligne_recue(essai: Essai, nom: str) -> PersonnePubliee:
    """La personne telle que la dit le fichier que le logiciel a reçu."""
    recue = retirer(essai, "extraction reçue", Extraction)
    ligne = recue.personnes.get(rpps_de(essai, nom))
    if ligne is None:
        raise NonConcluant(f"« {nom} » n'est pas dans l'extraction que le logiciel a reçue")
    return PersonnePubliee.depuis_ligne(ligne)


def _chercher_sans_api(essai: Essai, rpps: str) -> tuple[list[Mapping[str, Any]], bool, str]:
    """Cherche par RPPS, l'API étant hors service : seul ce qui a été chargé peut répondre."""

    def vers_l_api(requete: RequeteRecue) -> bool:
        return requete.chemin.startswith("/fhir")

    with essai.banc.annuaire.panne("indisponible", fois=None, si=vers_l_api):
        reponse: ReponseAction = essai.jouer("rechercher_annuaire", "biologiste_1", rpps=rpps)
    resultats = list(reponse.donnees.get("professionnels") or []) if reponse.fait else []
    # Un logiciel qui essaie l'API puis se rabat sur sa copie répond « fait » ; sans copie, il ne peut pas.
    return resultats, bool(appels(essai.echanges("annuaire"))) and not reponse.fait, reponse.en_phrase()


def _temoigner(essai: Essai, nom: str, resultats: list[Mapping[str, Any]]) -> None:
    if resultats:
        essai.releves.setdefault("trouvés dans la copie", []).append(nom)


# -------------------------------------------------------------- périodicité réglée
@when(parse("l'administrateur règle le chargement de l'annuaire toutes les {heures:d} heures"))
def regler_frequence(essai: Essai, heures: int) -> None:
    """Règle, puis relit ce que le logiciel a gardé."""
    reponse, lue = _regler(essai, heures)
    essai.releves.setdefault("fréquences", {})[float(heures)] = lue
    essai.releves["fréquences dites"] = reponse.en_phrase()


@then("chaque périodicité réglée est gardée")
def frequences_gardees(essai: Essai) -> None:
    dit = str(essai.releves.get("fréquences dites", ""))
    essai.bilan.constater(regles_frequence.reglages_gardes(retirer(essai, "fréquences", dict), dit))


@given("un logiciel qui ne charge pas l'annuaire de lui-même")
def sans_chargement(essai: Essai) -> None:
    """Le contrôle : sans périodicité réglée, les chargements observés ensuite viennent bien du réglage."""
    _regler(essai, None)


@when("l'administrateur règle le chargement de l'annuaire à un rythme d'essai, très court")
def regler_rythme_court(essai: Essai) -> None:
    """Un peu moins d'une seconde, en fraction d'heure ; un logiciel peut ne pas l'admettre."""
    heures = _PERIODE_COURTE.total_seconds() / 3600
    essai.releves["depuis le rythme"] = essai.journal.position()
    reponse, lue = _regler(essai, heures)
    tenu = reponse.fait and isinstance(lue, int | float) and abs(lue - heures) <= heures * 0.01
    essai.releves["rythme court"] = (tenu, f"{reponse.en_phrase()} ; valeur relue : {lue!r}")


@then("l'annuaire se charge de lui-même, à ce rythme")
def chargements_seuls(essai: Essai) -> None:
    """Attend les chargements l'un après l'autre ; aucun geste n'est demandé au logiciel pendant ce temps."""
    tenu, dit = retirer(essai, "rythme court", tuple)
    if not tenu:
        essai.bilan.constater(regles_frequence.rythme_court_impossible(dit))
        return
    depuis = retirer(essai, "depuis le rythme", int)
    delai = delai_d_observation(essai) + (_PASSAGES + 1) * _PERIODE_COURTE.total_seconds()
    essai.journal.attendre(
        lambda _: len(_passages(essai, depuis)) >= _PASSAGES, depuis=depuis, delai=delai, service="annuaire"
    )
    echanges = essai.journal.echanges(service="annuaire", depuis=depuis)
    essai.bilan.constater(regles_frequence.chargements_seuls(echanges, _PERIODE_COURTE, voulus=_PASSAGES))
    _regler(essai, None)


def _passages(essai: Essai, depuis: int) -> list[Any]:
    return regles_frequence.passages(essai.journal.echanges(service="annuaire", depuis=depuis), _PERIODE_COURTE)


def _regler(essai: Essai, heures: float | None) -> tuple[ReponseAction, Any]:
    """Change le réglage (remis en fin de scénario) ; rend la réponse et la valeur relue, `ILLISIBLE` sans lecture."""
    garder_reglage(essai, _REGLAGE)
    if heures is None:
        reponse = changer_reglage(essai, _REGLAGE, None)
    else:
        reponse = essai.jouer("configurer", "administrateur", parametre=_REGLAGE, valeur=heures)
    lu = essai.tenter("lire_configuration", "administrateur", parametre=_REGLAGE)
    return reponse, lu.donnees.get("valeur") if lu.fait else regles_frequence.ILLISIBLE
