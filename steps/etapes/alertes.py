"""Étapes des résultats critiques : comptes rendus reçus, alertes relevées par utilisateur, avertissement au-dehors."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from time import monotonic, sleep
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse

from simulators.socle.acteurs import PROFESSIONNELS
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import acces_commun, vocabulaire
from steps.etapes.commun import Table, regler
from steps.etapes.flux import attente
from steps.flux.documents import AuteurDocument, EnvoiDocument, StructureEmettrice
from steps.flux.identite import IdentiteUsager
from steps.flux.messages import Emetteur
from steps.flux.resultats_recus import ResultatRecu, compte_rendu_de_biologie
from steps.verifications import resultats_critiques as regles

_EMETTEUR = Emetteur(application="SGL VOISIN", structure="LABORATOIRE VOISIN", domaine="1.2.250.1.213.99.12")
_AUTEUR = AuteurDocument("899900000731", "PAILLASSE", "ALIX", ("G15_10/SM03", "Médecin - Biologie médicale (SM)"))
_CODES = {
    "Potassium": ("2823-3", "mmol/L"),
    "Sodium": ("2951-2", "mmol/L"),
    "Hémoglobine": ("718-7", "g/dL"),
    "Troponine": ("6598-7", "ug/L"),
    "Glucose": ("2345-7", "mmol/L"),
}
_INTERPRETATIONS = {"normal": "N", "critique": "AA", "critique, trop haut": "HH", "critique, trop bas": "LL"}


@dataclass(frozen=True)
class Recu:
    """Un compte rendu reçu, et le résultat qu'il porte."""

    attendu: regles.ResultatAttendu
    resultat: ResultatRecu
    patient: str


def _recus(essai: Essai) -> dict[str, Recu]:
    recus: dict[str, Recu] = essai.releves.setdefault("résultats reçus", {})
    return recus


# ---------------------------------------------------------------------- régler
@given("les alertes de résultats critiques adressées au prescripteur et à l'équipe de soins")
def alertes_reglees(essai: Essai) -> None:
    regler(essai, "alertes_resultats", {"prescripteur": True, "equipe": True, "adresses": []})


@given("les alertes de résultats critiques adressées aussi par courriel")
def alertes_par_courriel(essai: Essai) -> None:
    adresse = acces_commun.adresse_neuve(essai, "alertes")
    essai.releves["adresse d'alerte"] = adresse
    regler(essai, "alertes_resultats", {"prescripteur": True, "equipe": True, "adresses": [adresse]})


@given("ces prises en charge")
def prises_en_charge(essai: Essai, datatable: Table) -> None:
    """Colonnes : « patient », « service », « équipe » (un utilisateur), « sorti » (oui ou non)."""
    for ligne in vocabulaire.table(datatable):
        essai.preparer(
            "prendre_en_charge",
            "biologiste_1",
            patient_id=essai.patient(ligne["patient"]).patient_id,
            service=ligne["service"],
            equipe=[essai.compte(vocabulaire.role(ligne["équipe"]))],
            sortie=ligne["sorti"] == "oui",
        )
        essai.releves.setdefault("équipes", {})[ligne["patient"]] = (ligne["équipe"], ligne["sorti"] == "oui")


# -------------------------------------------------------------------- recevoir
@when("le logiciel reçoit ces comptes rendus de biologie en CDA N3")
def recevoir(essai: Essai, datatable: Table) -> None:
    """Colonnes : « compte rendu », « patient », « prescrit par », « analyse », « valeur », « interprétation »."""
    for ligne in vocabulaire.table(datatable):
        code, unite = _CODES[ligne["analyse"]]
        interpretation = _INTERPRETATIONS[ligne["interprétation"]]
        resultat = ResultatRecu(code, ligne["analyse"], ligne["valeur"], unite, interpretation)
        _faire_recevoir(essai, ligne["compte rendu"], ligne["patient"], ligne["prescrit par"], resultat)


def _faire_recevoir(essai: Essai, nom: str, patient: str, prescripteur: str, resultat: ResultatRecu) -> None:
    cible, rang = essai.patient(patient), len(_recus(essai)) + 1
    identite = IdentiteUsager.depuis_reference(cible.reference)
    base = f"{_EMETTEUR.domaine}.8.{int(identite.matricule_ins or '0', 36)}.{rang}"
    envoi = EnvoiDocument(base, f"{base}.1", datetime.now(UTC) - timedelta(minutes=5), f"EXT{rang}")
    cda = compte_rendu_de_biologie(
        identite,
        _AUTEUR,
        StructureEmettrice("1990000740", _EMETTEUR.structure, _EMETTEUR.domaine),
        envoi,
        (ResultatRecu("2160-0", "Créatinine", "78", "umol/L"), resultat),
        prescripteur=_identifiant(vocabulaire.role(prescripteur)),
    )
    reponse = essai.preparer(
        "recevoir_document",
        "biologiste_1",
        contenu_base64=base64.b64encode(cda).decode(),
        emetteur=_EMETTEUR.pour_contrat(),
    )
    document = reponse.donnees.get("document")
    if reponse.donnees.get("integre") is not True or not isinstance(document, Mapping):
        raise NonConcluant(f"« {nom} » n'a pas été intégré au dossier : {reponse.en_phrase()}")
    essai.bilan.joindre(f"{nom}.xml", "fichier-CDA", cda, f"« {nom} » tel que le banc l'a fait recevoir")
    attendu = regles.ResultatAttendu(str(document["document_id"]), cible.patient_id, resultat.libelle)
    _recus(essai)[nom] = Recu(attendu, resultat, patient)
    essai.releves[f"prescripteur {nom}"] = prescripteur


def _identifiant(role: str) -> str:
    return next((ps.identifiant_national for ps in PROFESSIONNELS if ps.role == role), "")


def _alertes(essai: Essai, qui: str, *voulues: regles.ResultatAttendu) -> regles.Alertes:
    """Ce que voit cet utilisateur, en laissant au logiciel le temps d'y mettre les alertes voulues."""
    echeance = monotonic() + attente(essai)
    while True:
        reponse = essai.jouer("lire_alertes", vocabulaire.role(qui))
        relevees: list[Mapping[str, Any]] | None = reponse.donnees.get("alertes") if reponse.fait else None
        if relevees is None or all(v.trouver(relevees) for v in voulues) or monotonic() >= echeance:
            return relevees
        sleep(0.25)


# ------------------------------------------------------------------- constater
@then("le professionnel est averti de chaque résultat critique, et d'aucun autre")
def critiques_signales(essai: Essai) -> None:
    critiques = [recu for recu in _recus(essai).values() if recu.resultat.interpretation != "N"]
    alertes = _alertes(essai, "le professionnel", *(recu.attendu for recu in critiques))
    for recu in critiques:
        essai.bilan.constater(regles.signale(alertes, recu.attendu, recu.resultat.interpretation))
        essai.bilan.constater(regles.mene_au_bon(alertes, recu.attendu))
    for recu in _recus(essai).values():
        if recu not in critiques:
            essai.bilan.constater(regles.normal_muet(alertes, recu.attendu, [c.attendu for c in critiques]))


@then("chaque alerte est vue du prescripteur et de l'équipe du patient, et d'eux seuls")
def vues_des_leurs(essai: Essai) -> None:
    equipes: dict[str, tuple[str, bool]] = essai.releves["équipes"]
    concernes: dict[str, list[str]] = {}
    for nom, recu in _recus(essai).items():
        prescripteur, (equipe, sorti) = essai.releves[f"prescripteur {nom}"], equipes[recu.patient]
        essai.bilan.constater(regles.prescripteur_alerte(_alertes(essai, prescripteur, recu.attendu), recu.attendu))
        essai.bilan.constater(regles.equipe_alertee(_alertes(essai, equipe, recu.attendu), recu.attendu, sorti=sorti))
        for qui in {prescripteur, equipe}:
            concernes.setdefault(qui, []).append(nom)
    for qui, noms in sorted(concernes.items()):
        etrangers = [recu.attendu for nom, recu in _recus(essai).items() if nom not in noms]
        if etrangers:
            sien = _recus(essai)[noms[0]].attendu
            essai.bilan.constater(regles.etranger_epargne(_alertes(essai, qui), etrangers, sien))


@then(parse("un courriel invite à lire le résultat de « {nom} », sans aucune donnée de santé, en plus de l'alerte"))
def averti_sans_donnee(essai: Essai, nom: str) -> None:
    adresse, recu = essai.releves["adresse d'alerte"], _recus(essai)[nom]
    messages = _messages(essai, adresse)
    essai.bilan.exiger(regles.avertissement_parti(messages, adresse))
    for rang, message in enumerate(messages, 1):
        essai.bilan.joindre(f"avertissement-{rang}.eml", "message", message, "avertissement reçu", complement=True)
        essai.bilan.constater(regles.sans_donnee_de_sante(message, _interdits(essai, recu)))
    alertes = _alertes(essai, "le professionnel", recu.attendu)
    essai.bilan.constater(regles.alerte_en_plus(alertes, recu.attendu))


def _messages(essai: Essai, adresse: str) -> list[bytes]:
    """Au relais du banc, sinon là où la personne lit ses messages."""
    if essai.banc.courriels.attendre(adresse, delai=acces_commun.DELAI) is not None:
        return [courriel.octets for courriel in essai.banc.courriels.recus(adresse)]
    reponse = essai.tenter("lire_messages_recus", "personne_morale", coordonnee=adresse)
    lus = []
    for recu in reponse.donnees.get("messages_recus") or () if reponse.fait else ():
        message = EmailMessage()
        message.set_content(str(recu.get("texte") or ""))
        lus.append(message.as_bytes())
    return lus


def _interdits(essai: Essai, recu: Recu) -> list[tuple[str, str]]:
    identite = IdentiteUsager.depuis_reference(essai.patient(recu.patient).reference)
    annee, mois, jour = identite.date_naissance.split("-")
    return [
        ("nom", identite.nom_naissance),
        ("prénom", identite.premier_prenom_naissance),
        ("matricule INS", identite.matricule_ins),
        ("date de naissance", identite.date_naissance),
        ("date de naissance", f"{jour}/{mois}/{annee}"),
        ("examen", recu.resultat.libelle),
        ("résultat", recu.resultat.valeur),
    ]
