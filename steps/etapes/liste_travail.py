"""Étapes des documents reçus par MSSanté : liste de travail des non lus, classement, rattachement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_bdd import given, then, when
from pytest_bdd.parsers import parse
from pytest_bdd.parsers import re as motif

from simulators.mssante.courriels import Envoi, emetteur_de
from simulators.mssante.courriels.composition import Transmission
from simulators.mssante.courriels.modele import BIOLOGIE, LETTRE, DocumentJoint
from simulators.mssante.courriels.resultats import ResultatBio
from simulators.socle.correspondants import CORRESPONDANTS
from simulators.socle.identite import IdentiteTest
from steps.bilan import NonConcluant
from steps.essai import Essai
from steps.etapes import vocabulaire
from steps.etapes.commun import Table, relire
from steps.etapes.mss_commun import boite_de
from steps.etapes.mss_reception import Recu, deposer, relever
from steps.patients import PatientEssai
from steps.verifications.documents_recus import listes, rattachement
from steps.verifications.mssante import dossier_reception

_ROLE = "biologiste_1"
_GENRES = {"un compte rendu de biologie": BIOLOGIE, "une lettre de liaison": LETTRE}
_SORTIE = ("01", "Retour au domicile")
_PROCHES = timedelta(days=3)
"""En deçà, deux documents seraient du même côté d'un filtre d'un jour, veille et lendemain compris."""
_DOCUMENT = (
    r"(?P<genre>un compte rendu de biologie|une lettre de liaison) « (?P<nom>[^»]+) » reçue? par MSSanté pour le "
    r"patient « (?P<patient>[^»]+) »(?:, qui remplace « (?P<remplace>[^»]+) »)?"
    r"(?:, vieux de (?P<jours>\d+) jours?)?(?:, commenté « (?P<commentaire>[^»]+) »)?$"
)


@dataclass
class Entrant:
    """Un document fabriqué, le courriel qui l'apporte, et les identifiants que le logiciel lui donne.

    `autres_noms` : ceux qu'il avait avant d'être classé, si le dossier lui en donne un autre.
    """

    nom: str
    patient: PatientEssai
    joint: DocumentJoint
    courriel: Recu
    remplace: str = ""
    document_id: str = ""
    autres_noms: tuple[str, ...] = ()


def entrant(essai: Essai, nom: str) -> Entrant:
    """Le document reçu que la feature appelle ainsi."""
    trouve = entrants(essai).get(nom)
    if trouve is None:
        raise NonConcluant(f"la feature parle du document reçu « {nom} » sans l'avoir envoyé")
    return trouve


def entrants(essai: Essai) -> dict[str, Entrant]:
    """Les documents reçus du scénario, dans l'ordre de la feature."""
    connus: dict[str, Entrant] = essai.releves.setdefault("documents reçus", {})
    return connus


# -------------------------------------------------------------------- recevoir
@given(motif(_DOCUMENT))
@when(motif(_DOCUMENT))
def document_recu(
    essai: Essai,
    genre: str,
    nom: str,
    patient: str,
    remplace: str | None,
    jours: str | None,
    commentaire: str | None,
    datatable: Table | None = None,
) -> None:
    """Tableau d'un compte rendu : analyse, code, valeur, unité, et au besoin seconde mesure, bas, haut, interprétation,
    commentaire. Une version suivante reprend la série de celle qu'elle remplace.
    """
    ancien = entrant(essai, remplace) if remplace else None
    options: dict[str, Any] = {"commentaire": commentaire or ""}
    if datatable:
        options["resultats"] = tuple(_resultat(ligne) for ligne in vocabulaire.table(datatable))
    recevoir(essai, genre, nom, essai.patient(patient), ancien=ancien, jours=int(jours or 0), **options)


def recevoir(
    essai: Essai,
    genre: str,
    nom: str,
    malade: PatientEssai,
    *,
    reference: IdentiteTest | None = None,
    ancien: Entrant | None = None,
    jours: int = 0,
    **options: Any,
) -> None:
    """Un confrère l'envoie au professionnel, archive et PDF/A-1 joints ; `reference` : l'identité du document."""
    remplace = ancien.nom if ancien else ""
    emetteur = emetteur_de(CORRESPONDANTS[(3 + len(entrants(essai))) % len(CORRESPONDANTS)].bal)
    instant = datetime.now(UTC).replace(microsecond=0) - timedelta(days=jours, minutes=37)
    graine = f"{essai.graine}{essai.retenu.numero}/{remplace or nom}"
    envoi = Envoi(reference or malade.reference, boite_de(essai, _ROLE).adresse, emetteur, instant, graine)
    options["sortie"] = _SORTIE
    if ancien is not None:
        options |= {"version": ancien.joint.version + 1, "remplace": ancien.joint.oid}
    joint = envoi.document(_GENRES[genre], **options)
    octets = Transmission(envoi, [joint], message_id=f"<{nom.encode().hex()}.{envoi.message_id[1:]}").courriel().octets
    courriel = deposer(essai, nom, _ROLE, octets)
    entrants(essai)[nom] = Entrant(nom, malade, joint, courriel, remplace)
    essai.bilan.joindre(f"{nom}.xml", "document", joint.cda, f"« {nom} », tel qu'envoyé", complement=True)


def _resultat(ligne: Mapping[str, str]) -> ResultatBio:
    seconde = ligne.get("seconde mesure", "").split()
    return ResultatBio(
        ligne["code"],
        ligne["analyse"],
        ligne["valeur"],
        ligne["unité"],
        (seconde[0], seconde[1]) if len(seconde) == 2 else None,
        (ligne.get("bas", ""), ligne.get("haut", "")),
        ligne.get("interprétation", ""),
        ligne.get("commentaire", ""),
    )


# ----------------------------------------------------------------------- agir
@when("le professionnel verse les documents reçus à la liste de travail")
def verser(essai: Essai) -> None:
    for document in entrants(essai).values():
        if document.document_id:
            continue
        relever(essai, document.courriel)
        courriel_id = document.courriel.courriel_id
        reponse = essai.preparer("verser_liste_travail", _ROLE, courriel_id=courriel_id)
        rendus = reponse.donnees.get("documents") or [d for d in non_lus(essai) if d.get("courriel_id") == courriel_id]
        document.document_id = str(rendus[0].get("document_id") or "") if rendus else ""


@when(parse("le professionnel classe le document « {nom} »"))
def classer(essai: Essai, nom: str) -> None:
    """Du courriel au dossier du patient que le logiciel propose, sans rien saisir."""
    document = entrant(essai, nom)
    relever(essai, document.courriel)
    reponse = essai.jouer("integrer_courriel", _ROLE, courriel_id=document.courriel.courriel_id)
    integres = [str(d.get("document_id")) for d in reponse.donnees.get("documents", [])]
    montres = documents_de(essai, document.patient)
    propose = reponse.donnees.get("patient_id")
    essai.bilan.constater(
        dossier_reception.documents_ranges(propose, integres, montres, document.patient.patient_id, reponse.en_phrase())
    )
    rendus = reponse.donnees.get("documents", [])
    de_son_type = [str(d.get("document_id")) for d in rendus if d.get("type_code") == document.joint.type.code]
    _nommer(document, next(iter([*de_son_type, *integres]), document.document_id))


def _nommer(document: Entrant, document_id: str) -> None:
    if document.document_id and document.document_id != document_id:
        document.autres_noms = (*document.autres_noms, document.document_id)
    document.document_id = document_id


@when("le professionnel classe les documents reçus au dossier de leur patient")
def classer_tous(essai: Essai) -> None:
    for nom in list(entrants(essai)):
        if f"classé {nom}" not in essai.releves:
            essai.releves[f"classé {nom}"] = True
            classer(essai, nom)


@when(parse("le professionnel ouvre le document reçu « {nom} »"))
def ouvrir(essai: Essai, nom: str) -> None:
    essai.preparer("afficher_document", _ROLE, document_id=_identifie(entrant(essai, nom)))


@when(parse("le professionnel rattache le document « {nom} » au dossier du patient « {patient} »"))
def rattacher(essai: Essai, nom: str, patient: str) -> None:
    document_id, patient_id = _identifie(entrant(essai, nom)), essai.patient(patient).patient_id
    essai.preparer("rattacher_document", _ROLE, document_id=document_id, patient_id=patient_id)


def _identifie(document: Entrant) -> str:
    if not document.document_id:
        raise NonConcluant(f"le logiciel n'a pas donné d'identifiant au document reçu « {document.nom} »")
    return document.document_id


# ------------------------------------------------------------------------ lire
def non_lus(essai: Essai, **options: Any) -> Sequence[Mapping[str, Any]]:
    """Les lignes de la liste des non lus, dans l'ordre montré ; `options` : tri, filtres."""
    lus: Sequence[Mapping[str, Any]] = essai.preparer("lire_documents_non_lus", _ROLE, **options).donnees.get(
        "documents", []
    )
    return lus


def documents_de(essai: Essai, patient: PatientEssai) -> list[Mapping[str, Any]]:
    """Les documents du dossier de ce patient, tels que sa liste les montre."""
    reponse = essai.preparer("lister_documents", _ROLE, patient_id=patient.patient_id)
    return list(reponse.donnees.get("documents", []))


def ligne_de(document: Entrant, montres: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """La ligne de ce document dans une liste."""
    return next((m for m in montres if str(m.get("document_id")) == document.document_id), None)


# ------------------------------------------------------------------- constater
@then(motif(r"« (?P<nom>[^»]+) » (?P<absent>n'est plus|est) parmi les documents non lus$"))
def parmi_les_non_lus(essai: Essai, nom: str, absent: str) -> None:
    lu = absent == "n'est plus"
    document, montres = entrant(essai, nom), non_lus(essai)
    essai.bilan.constater(
        listes.dans_les_non_lus(document.document_id, montres, lu=lu, quoi=nom, autres_noms=document.autres_noms)
    )


@then(parse("la liste des documents non lus restitue l'enveloppe de « {nom} »"))
def enveloppe(essai: Essai, nom: str) -> None:
    document = entrant(essai, nom)
    ligne = ligne_de(document, non_lus(essai))
    essai.bilan.exiger(
        listes.dans_les_non_lus(document.document_id, [ligne] if ligne else [], lu=False, quoi=document.nom)
    )
    assert ligne is not None
    essai.bilan.constater(listes.metadonnees_restituees(document.joint.cda, ligne))


@then("les documents non lus sont proposés à l'ouverture du logiciel")
def a_l_ouverture(essai: Essai) -> None:
    reponse = essai.preparer("ouvrir_logiciel", _ROLE)
    montres, acces = reponse.donnees.get("documents", []), bool(reponse.donnees.get("acces_liste"))
    for document in entrants(essai).values():
        essai.bilan.constater(listes.propose_a_l_ouverture(document.document_id, montres, acces, document.nom))


@then("la liste des documents non lus s'ouvre sur les plus récents")
def recents(essai: Essai) -> None:
    montres, arrives = _identifiants(non_lus(essai)), [d.document_id for d in entrants(essai).values()]
    essai.bilan.constater(listes.ordre_de_la_liste("", _cles(essai, "date"), montres, arrives))


@then("la liste des documents non lus se trie par date, par patient et par type")
def triee(essai: Essai) -> None:
    for tri in ("date", "patient", "type"):
        montres, arrives = _identifiants(non_lus(essai, tri=tri)), [d.document_id for d in entrants(essai).values()]
        essai.bilan.constater(listes.ordre_de_la_liste(tri, _cles(essai, tri), montres, arrives))


@then("la liste des documents non lus se filtre par date, par patient et par type")
def filtree(essai: Essai) -> None:
    """Le premier document du scénario donne le jour, le patient et le type voulus.

    La veille et le lendemain sont demandés aussi : selon le fuseau du logiciel, le jour du document est l'un d'eux.
    """
    tous = list(entrants(essai).values())
    premier = tous[0]
    du, au = ((premier.joint.instant + timedelta(days=ecart)).date().isoformat() for ecart in (-1, 1))
    gardes: dict[str, tuple[dict[str, str], list[bool]]] = {
        "date": ({"du": du, "au": au}, [abs(d.joint.instant - premier.joint.instant) < _PROCHES for d in tous]),
        "patient": ({"patient_id": premier.patient.patient_id}, [d.patient is premier.patient for d in tous]),
        "type": ({"type_code": premier.joint.type.code}, [d.joint.type.code == premier.joint.type.code for d in tous]),
    }
    for nom, (filtre, garde) in gardes.items():
        montres = _identifiants(non_lus(essai, filtres=filtre))
        voulus = [d.document_id for d, reste in zip(tous, garde, strict=True) if reste]
        autres = [d.document_id for d, reste in zip(tous, garde, strict=True) if not reste]
        essai.bilan.constater(listes.filtre_de_la_liste(nom, voulus, autres, montres))


def _cles(essai: Essai, tri: str) -> dict[str, str]:
    def cle(document: Entrant) -> str:
        if tri == "patient":
            return document.patient.reference.nom_naissance
        return document.joint.type.code if tri == "type" else document.joint.instant.isoformat()

    return {document.document_id: cle(document) for document in entrants(essai).values()}


def _identifiants(montres: Sequence[Mapping[str, Any]]) -> list[str]:
    return [str(ligne.get("document_id")) for ligne in montres]


@then(parse("« {nom} » est au dossier du patient avec le type et la date de son enveloppe"))
def classe(essai: Essai, nom: str) -> None:
    document = entrant(essai, nom)
    ligne = ligne_de(document, documents_de(essai, document.patient))
    essai.bilan.constater(rattachement.classe_avec_ses_metadonnees(document.joint.cda, ligne or {}))


@then(parse("les traits de « {nom} » sont comparés à ceux du patient « {patient} »"))
def compares(essai: Essai, nom: str, patient: str) -> None:
    document, malade = entrant(essai, nom), relire(essai, essai.patient(patient))
    reponse = essai.preparer(
        "comparer_traits_document", _ROLE, document_id=_identifie(document), patient_id=malade.patient_id
    )
    fiche = malade.dernier.get("identite") or {}
    essai.bilan.constater(rattachement.traits_compares(document.joint.cda, fiche, reponse.donnees.get("traits", [])))


@then(parse("« {nom} » est au seul dossier du patient « {patient} »"))
def au_bon_dossier(essai: Essai, nom: str, patient: str) -> None:
    document, malade = entrant(essai, nom), essai.patient(patient)
    siens = _identifiants(documents_de(essai, malade))
    autres = [i for p in essai.patients.values() if p is not malade for i in _identifiants(documents_de(essai, p))]
    essai.bilan.constater(rattachement.au_bon_dossier(document.document_id, siens, autres))
