"""Une demande au DMP lue dans un fichier ; les documents d'une alimentation sont examinés selon leur type."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime

from lxml import etree

from reports.constat import Constat
from simulators.dmp.vihf import lire_instant
from simulators.dmp.xml import NS, nom_local
from simulators.socle.mtom import ErreurMtom, decouper, est_multipart
from steps.controle.examens.inclus import examiner_document, nommer
from steps.controle.examens.message_soap import MessageSoap
from steps.controle.modele import ContexteControle, Examen
from steps.verifications.dmp import ContexteDmp, MessageIllisible, lire_soumission
from steps.verifications.dmp.coherence import verifier_coherence
from steps.verifications.dmp.controle import objets_du_lot, verifier_message, verifier_soumission
from steps.verifications.dmp.fiche import verifier_fiche
from steps.verifications.dmp.lot import verifier_lot
from steps.verifications.dmp.recherche import requete_connue
from steps.verifications.dmp.soumission import Soumission
from steps.verifications.dmp.transport import PARTIES
from steps.verifications.saml import certificat_valable, verifier_assertion
from steps.verifications.soap import contenu_du_corps

_OPERATIONS = {
    "ProvideAndRegisterDocumentSetRequest": "TD2.1",
    "AdhocQueryRequest": "TD3.1",
    "RetrieveDocumentSetRequest": "TD3.2",
    "SubmitObjectsRequest": "TD3.3",
    "PRPA_IN201305UV02": "TD0.5",
    "PRPA_IN201307UV02": "TD0.2",
    "PRPA_IN201311UV02": "TD1.1",
    "PRPA_IN201314UV02": "TD1.3b",
    "setAuthorization": "TD0.3",
    "patientList": "TD0.4",
    "listAuthorizationByPatient": "TD1.6",
}


_JUGEES = ("TD0.2", "TD0.3", "TD3.2", "TD3.3")
"""Transactions sans document dont `demande` juge le contenu."""


def instant_dmp(racine: etree._Element) -> datetime | None:
    """Heure que porte le message : l'émission du VIHF, à défaut le début de son authentification."""
    for assertion in racine.iterfind(".//saml:Assertion", NS):
        declaration = assertion.find("saml:AuthnStatement", NS)
        connexion = "" if declaration is None else declaration.get("AuthnInstant", "")
        for valeur in (assertion.get("IssueInstant", ""), connexion):
            if instant := lire_instant(valeur):
                return instant
    return None


def juger_dmp(message: MessageSoap, contexte: ContexteControle) -> Examen:
    """Enveloppe, VIHF, puis le contenu de la transaction reconnue d'après le corps."""
    contenu = contenu_du_corps(message.racine)
    operation = _OPERATIONS.get(nom_local(contenu), "") if contenu is not None else ""
    echange = replace(message.echange, operation=operation)
    dmp = ContexteDmp(ancres=contexte.ancres, instant_connu=message.instant_connu)
    constats = verifier_message(echange, dmp)
    for assertion in message.assertions:
        constats += verifier_assertion(assertion, contexte.a_l_instant, profil=True)
        constats += certificat_valable(assertion, contexte.a_l_instant)
    perimetre = [f"joué : enveloppe, adressage, VIHF ; transaction reconnue : {operation or 'aucune'}"]
    if operation == "TD2.1":
        alimentation = _alimentation(replace(message, echange=echange), dmp, contexte)
        return Examen(
            message.type,
            (*constats, *alimentation.constats),
            (*perimetre, *alimentation.perimetre),
            alimentation.inclus,
        )
    if operation == "TD3.1":
        constats.append(requete_connue(echange))
        perimetre.append("non joué : critères demandés par l'utilisateur (un fichier ne les porte pas)")
    elif operation in _JUGEES:
        perimetre.append("joué : ce que demande la transaction (patient, action, document ou état visé)")
    else:
        perimetre.append("non joué : contenu de la transaction (aucune règle ne le juge hors d'une campagne)")
    return Examen(message.type, tuple(constats), tuple(perimetre))


def _alimentation(message: MessageSoap, dmp: ContexteDmp, contexte: ContexteControle) -> Examen:
    try:
        soumission = lire_soumission(message.echange)
    except MessageIllisible as erreur:
        illisible = PARTIES.enfreinte(
            "L'alimentation ne se lit pas.", attendu="un ProvideAndRegisterDocumentSetRequest", recu=str(erreur),
            ou="soap:Body",
        )  # fmt: skip
        return Examen(message.type, (illisible,))
    if not message.fichier.entetes and next(message.racine.iter(f"{{{NS['xop']}}}Include"), None) is not None:
        constats = _metadonnees_seules(soumission, dmp)
        perimetre = [
            "joué : lot et fiches",
            "non joué : documents, signature du lot et parties MTOM (le fichier n'est que la partie racine)",
        ]
    else:
        constats = verifier_soumission(soumission, dmp, documents=False)
        perimetre = ["joué : lot, fiches, signature du lot, concordance des fiches et des documents"]
    if soumission.remplacements:
        perimetre.append("non joué : état de l'entrée remplacée (le registre du DMP n'est pas connu)")
    return Examen(message.type, tuple(constats), tuple(perimetre), _documents(soumission, contexte))


def _metadonnees_seules(soumission: Soumission, dmp: ContexteDmp) -> list[Constat]:
    """Ce qui se juge d'une alimentation dont les parties MTOM ne sont pas dans le fichier."""
    constats = [*verifier_lot(soumission, dmp), *objets_du_lot(soumission)]
    for document in soumission.documents:
        constats += verifier_fiche(document, dmp)
    return constats + verifier_coherence(soumission, dmp)


def _documents(soumission: Soumission, contexte: ContexteControle) -> tuple[tuple[str, Examen], ...]:
    """Un examen par document de santé reçu ; la signature du lot est jugée avec le lot."""
    presents = [document for document in soumission.documents_de_sante if document.octets is not None]
    noms = nommer(document.fiche.id or document.unique_id for document in presents)
    return tuple(
        (nom, examiner_document(document.octets or b"", contexte)) for nom, document in zip(noms, presents, strict=True)
    )


def reponse_dmp(message: MessageSoap, contexte: ContexteControle) -> Examen:
    """Une réponse du DMP n'est pas jugée ; les documents qu'elle rend (TD3.2) sont examinés."""
    inclus: tuple[tuple[str, Examen], ...] = ()
    if est_multipart(message.fichier.type_contenu):
        flux = io.BytesIO(message.fichier.corps)
        mtom = decouper(flux, message.fichier.type_contenu)
        parties = [partie for partie in mtom.parties if partie is not mtom.racine]
        noms = nommer(partie.content_id for partie in parties)
        for nom, partie in zip(noms, parties, strict=True):
            try:
                inclus = (*inclus, (nom, examiner_document(partie.lire(flux), contexte)))
            except ErreurMtom:
                continue
    return Examen(message.type, (), ("non joué : contenu de la réponse du DMP",), inclus)
