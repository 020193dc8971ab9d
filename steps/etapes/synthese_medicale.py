"""Étapes du volet de synthèse médicale et des rappels qui le font mettre à jour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import document_couloir, vocabulaire
from steps.etapes.commun import Table, relire
from steps.etapes.documents import octets
from steps.verifications import synthese_medicale as regles
from steps.verifications.cda.controle import verifier_cda

_ROLE = "biologiste_1"
_RUBRIQUES = {
    "pathologie": "pathologies",
    "antécédent": "antecedents",
    "allergie": "allergies",
    "facteur de risque": "facteurs_de_risque",
    "point de vigilance": "points_de_vigilance",
    "traitement": "traitements",
}
_GENRES = {"diagnostic": "diagnostic", "protocole": "protocole", "ALD": "ald"}
_AFFICHAGES = {"à l'ouverture du logiciel": "ouverture_logiciel", "à l'ouverture du dossier": "ouverture_dossier"}


# -------------------------------------------------------------- dossier médical
@given(parse("le dossier médical du patient « {nom} »"))
def saisir_dossier(essai: Essai, nom: str, datatable: Table) -> None:
    """Tableau « rubrique, contenu » ; « protocole » et « ALD » (oui) s'y ajoutent."""
    rubriques: dict[str, list[str]] = {}
    protocoles, ald = [], False
    for ligne in vocabulaire.table(datatable):
        if ligne["rubrique"] == "protocole":
            protocoles.append(ligne["contenu"])
        elif ligne["rubrique"] == "ALD":
            ald = ligne["contenu"] == "oui"
        else:
            rubriques.setdefault(_rubrique(ligne["rubrique"]), []).append(ligne["contenu"])
    essai.preparer(
        "renseigner_dossier_medical",
        _ROLE,
        patient_id=essai.patient(nom).patient_id,
        rubriques=rubriques,
        protocoles=protocoles,
        ald=ald,
    )
    essai.releves[f"dossier médical {nom}"] = rubriques


def _rubrique(mot: str) -> str:
    if mot not in _RUBRIQUES:
        raise vocabulaire.PhraseInconnue(f"rubrique inconnue : {mot!r} ; attendu l'une de {list(_RUBRIQUES)}")
    return _RUBRIQUES[mot]


def _dossier(essai: Essai, nom: str) -> dict[str, list[str]]:
    connu: dict[str, list[str]] = essai.releves.get(f"dossier médical {nom}", {})
    return connu


def _des_autres(essai: Essai, nom: str) -> list[str]:
    """Ce que portent les autres dossiers, et pas celui-ci."""
    siennes = {d for donnees in _dossier(essai, nom).values() for d in donnees}
    autres = [n for n in essai.patients if n != nom]
    return [d for n in autres for donnees in _dossier(essai, n).values() for d in donnees if d not in siennes]


# -------------------------------------------------------------------- le volet
@given(parse("un volet de synthèse médicale du patient « {patient} » généré il y a {jours:d} jours"))
def volet_ancien(essai: Essai, patient: str, jours: int) -> None:
    date = (datetime.now(UTC) - timedelta(days=jours)).isoformat(timespec="seconds")
    essai.preparer("generer_synthese", _ROLE, patient_id=essai.patient(patient).patient_id, date=date)


@when(parse("le professionnel génère le volet de synthèse médicale « {nom} » du patient « {patient} »"))
def generer(essai: Essai, nom: str, patient: str) -> None:
    _generer(essai, nom, patient)


@when(parse("le professionnel génère le volet de synthèse médicale « {nom} » du patient « {patient} », ainsi corrigé"))
def generer_corrige(essai: Essai, nom: str, patient: str, datatable: Table) -> None:
    """Tableau « rubrique, contenu » : ce que devient chaque rubrique corrigée ; vide, elle est retirée."""
    corrections: dict[str, list[str]] = {}
    for ligne in vocabulaire.table(datatable):
        gardes = corrections.setdefault(_rubrique(ligne["rubrique"]), [])
        if ligne["contenu"]:
            gardes.append(ligne["contenu"])
    _generer(essai, nom, patient, corrections=corrections)
    essai.releves[f"corrections {nom}"] = corrections


def _generer(essai: Essai, nom: str, patient: str, **options: Any) -> None:
    cible = relire(essai, essai.patient(patient))
    reponse = essai.jouer("generer_synthese", _ROLE, patient_id=cible.patient_id, **options)
    if document_couloir.document_rendu(essai, nom, cible, reponse) is None:
        raise NonConcluant(f"generer_synthese n'a pas rendu de document : {reponse.en_phrase()}")


def _exporter(essai: Essai, nom: str) -> bytes:
    """Le CDA du volet, tel que le logiciel l'a produit, exporté une fois."""
    if f"CDA {nom}" not in essai.releves:
        document_id = essai.document(nom).document_id
        essai.releves[f"CDA {nom}"] = octets(
            essai.jouer("exporter_document", _ROLE, document_id=document_id), "cda_base64"
        )
        essai.bilan.joindre(f"{document_id}.xml", "document", essai.releves[f"CDA {nom}"], f"« {nom} »")
    cda: bytes = essai.releves[f"CDA {nom}"]
    return cda


@then(parse("« {nom} » est un volet de synthèse médicale en CDA R2 N3"))
def volet(essai: Essai, nom: str) -> None:
    cda = _exporter(essai, nom)
    essai.bilan.constater(regles.volet_structure(cda, f"« {nom} »"))
    essai.bilan.constater(verifier_cda(cda))


@then(parse("« {nom} » porte dans leurs sections les données du dossier, et rien de celui d'un autre"))
def donnees(essai: Essai, nom: str) -> None:
    cda, patient = _exporter(essai, nom), essai.document(nom).patient.nom
    siennes = _dossier(essai, patient)
    essai.bilan.constater(regles.donnees_portees(cda, siennes, f"« {nom} »"))
    temoins = [donnee for contenus in siennes.values() for donnee in contenus]
    essai.bilan.constater(regles.rien_d_autre(cda, _des_autres(essai, patient), temoins, f"« {nom} »"))


@then("le rapport de l'espace de tests d'interopérabilité sur ce volet reste à apporter")
def rapport_du_volet(essai: Essai) -> None:
    """Les entrées codées du volet ont leurs règles, que le banc ne joue pas."""
    essai.bilan.constater(regles.R_INTEROP.a_regarder("joignez le lien permanent du rapport de validation du volet"))


@then(parse("le volet de synthèse médicale du patient « {nom} » s'ouvre rempli de son dossier"))
def ouvert_rempli(essai: Essai, nom: str) -> None:
    reponse = essai.preparer("preparer_synthese", _ROLE, patient_id=essai.patient(nom).patient_id)
    champs = reponse.donnees.get("champs") or {}
    essai.bilan.constater(
        regles.prerempli(champs, _dossier(essai, nom), _des_autres(essai, nom), f"le volet de « {nom} »")
    )


@then(parse("« {nom} » porte les corrections du professionnel, et plus ce qu'il a retiré"))
def corrige(essai: Essai, nom: str) -> None:
    cda, patient = _exporter(essai, nom), essai.document(nom).patient.nom
    avant, corrections = _dossier(essai, patient), essai.releves[f"corrections {nom}"]
    apres = {**avant, **corrections}
    gardees = [donnee for contenus in apres.values() for donnee in contenus]
    retirees = [d for contenus in avant.values() for d in contenus if d not in gardees]
    essai.bilan.constater(regles.donnees_portees(cda, apres, f"« {nom} »"))
    essai.bilan.constater(regles.rien_d_autre(cda, [*retirees, *_des_autres(essai, patient)], gardees, f"« {nom} »"))


# ------------------------------------------------------------------ les rappels
@when("le professionnel règle ces rappels de mise à jour de la synthèse médicale")
def regler_rappels(essai: Essai, datatable: Table) -> None:
    """Tableau « rappel, critère, valeur, tous les, affichage » ; un rappel déjà réglé est modifié."""
    for ligne in vocabulaire.table(datatable):
        _regler(essai, ligne)


@when("le professionnel modifie ces rappels de mise à jour de la synthèse médicale")
def modifier_rappels(essai: Essai, datatable: Table) -> None:
    for ligne in vocabulaire.table(datatable):
        _regler(essai, ligne)


def _regler(essai: Essai, ligne: dict[str, str]) -> None:
    rappels: dict[str, dict[str, Any]] = essai.releves.setdefault("rappels", {})
    critere = {"genre": _GENRES[ligne["critère"]]} | ({"valeur": ligne["valeur"]} if ligne.get("valeur") else {})
    voulu: dict[str, Any] = {
        "critere": critere,
        "periodicite_jours": int(ligne["tous les"].removesuffix(" jours")),
        "affichage": _AFFICHAGES[ligne["affichage"]],
    }
    connu = rappels.get(ligne["rappel"], {}).get("rappel_id")
    reponse = essai.jouer("regler_rappel_synthese", _ROLE, **voulu, **({"rappel_id": connu} if connu else {}))
    rendu = reponse.donnees.get("rappel") or {}
    rappels[ligne["rappel"]] = {**voulu, "rappel_id": connu or rendu.get("rappel_id", "")}


@then("chaque rappel est tel que réglé")
def rappels_tenus(essai: Essai) -> None:
    montres = essai.preparer("lire_rappels_synthese", _ROLE).donnees.get("rappels", [])
    for nom, voulu in essai.releves.get("rappels", {}).items():
        essai.bilan.constater(regles.rappel_tenu(voulu, montres, nom))


@then(
    motif(
        r"les synthèses à mettre à jour sont celles de (?P<concernes>« .+? »(?:, « .+? »)*), "
        r"et pas celles? de (?P<autres>« .+? »(?:, « .+? »)*)$"
    )
)
def concernes(essai: Essai, concernes: str, autres: str) -> None:
    voulus, ecartes, montres = _patients(essai, concernes), _patients(essai, autres), _a_mettre_a_jour(essai)
    essai.bilan.constater(regles.patients_concernes(voulus, ecartes, montres))
    essai.releves["patients concernés"] = voulus


@then(parse("la synthèse du patient « {nom} », plus jeune que la période, n'est pas à mettre à jour"))
def recente(essai: Essai, nom: str) -> None:
    voulus: list[str] = essai.releves.get("patients concernés", [])
    essai.bilan.constater(regles.synthese_recente(_patients(essai, nom), voulus, _a_mettre_a_jour(essai)))


def _a_mettre_a_jour(essai: Essai) -> list[str]:
    reponse = essai.preparer("lire_rappels_synthese", _ROLE)
    return [str(ligne.get("patient_id")) for ligne in reponse.donnees.get("a_mettre_a_jour", [])]


def _patients(essai: Essai, noms: str) -> list[str]:
    return [essai.patient(nom.strip("« »")).patient_id for nom in noms.split(" », « ")]
