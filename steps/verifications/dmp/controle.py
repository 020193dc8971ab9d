"""Points d'entrée : tout ce qui se juge d'une suite d'alimentations, de consultations ou de suppressions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from reports.constat import Constat
from simulators.dmp.vihf import lire_vihf
from simulators.socle.echange import Echange
from steps.jugements.marque import rejouable
from steps.verifications.cda import verifier_cda
from steps.verifications.dmp import assertion, cycle, recherche, sequence, transport
from steps.verifications.dmp.coherence import verifier_coherence
from steps.verifications.dmp.contexte import ContexteDmp
from steps.verifications.dmp.demandes import demande, lot_de_mise_a_jour
from steps.verifications.dmp.fiche import verifier_fiche
from steps.verifications.dmp.identites import verifier_vihf
from steps.verifications.dmp.lot import identifiants_uniques, verifier_lot
from steps.verifications.dmp.message import MessageIllisible, message_ou_rien, vihf_de
from steps.verifications.dmp.signature_du_lot import signature_du_lot
from steps.verifications.dmp.soumission import (
    Soumission,
    alimentations,
    documents_soumis,
    est_consultation,
    lire_soumission,
)
from steps.verifications.dmp.structure_messages import structure
from steps.verifications.saml.structure import structure as structure_saml
from steps.verifications.soap import enveloppe_ordonnee
from steps.verifications.xdm.metadonnees import codes_complets, identifiants


@rejouable
def verifier_transport(echange: Echange, contexte: ContexteDmp) -> list[Constat]:
    """TLS, SOAP, WS-Addressing et VIHF d'un échange, quel que soit son objet."""
    message = message_ou_rien(echange)
    lu = [] if message is None else [enveloppe_ordonnee(message.racine), *map(structure_saml, message.assertions)]
    numerotes = [replace(constat, echanges=(echange.numero,)) for constat in lu]
    return [*transport.connexion(echange), *verifier_message(echange, contexte), *numerotes]


@rejouable
def verifier_message(echange: Echange, contexte: ContexteDmp) -> list[Constat]:
    """SOAP, WS-Addressing et VIHF d'un message, connu par le fil ou par un fichier."""
    constats = [transport.message_lisible(echange)]
    if echange.notes.get("voie") == "api_psc":
        # Rien de public ne dit ce que l'API Pro Santé Connectée attend du VIHF : le jeton dit qui appelle.
        return [*constats, *(c for c in transport.enveloppe(echange) if c.code != transport.UN_VIHF.code)]
    vihf = vihf_de(echange)
    constats += [*transport.enveloppe(echange), *structure(echange), *demande(echange)]
    constats += lot_de_mise_a_jour(echange, contexte.structure)
    constats += assertion.signature(echange, contexte)
    signee = assertion.assertion_signee(echange)
    if signee is not None:
        # Les attributs ne se jugent que dans ce que la signature couvre.
        vihf = lire_vihf(signee.element)
    if vihf is not None:
        constats += assertion.assertion(echange, vihf, contexte)
        constats += verifier_vihf(vihf, contexte, (echange.numero,))
    return constats


@rejouable
def objets_du_lot(soumission: Soumission) -> list[Constat]:
    """Les règles des métadonnées d'une archive valent pour celles d'un envoi : identifiants, renvois, codes."""
    message = message_ou_rien(soumission.echange)
    if message is None or message.contenu is None:
        return []
    lus = [*identifiants(message.contenu), codes_complets(message.contenu)]
    return [replace(constat, echanges=soumission.numeros) for constat in lus]


@rejouable
def verifier_soumission(
    soumission: Soumission,
    contexte: ContexteDmp,
    *,
    enregistres: Collection[str] = (),
    documents: bool = True,
) -> list[Constat]:
    """Lot, fiches, documents, concordance d'une alimentation lue ; `documents` faux : les CDA sont jugés ailleurs."""
    constats = [*transport.mtom(soumission), *verifier_lot(soumission, contexte, enregistres=enregistres)]
    constats += objets_du_lot(soumission)
    constats += signature_du_lot(soumission, exigee=contexte.signature_lot_exigee)
    for document in soumission.documents:
        constats += verifier_fiche(document, contexte)
        if not documents or document.octets is None or document.est_signature:
            continue
        if document.fiche.mime_type == "text/xml":
            constats += verifier_cda(document.octets, (document.echange,))
    return constats + verifier_coherence(soumission, contexte)


@rejouable
def verifier_alimentation(echanges: Sequence[Echange], contexte: ContexteDmp) -> list[Constat]:
    """Toutes les règles des alimentations (TD2.1) d'une suite d'échanges."""
    envois = alimentations(echanges)
    if not envois:
        return [transport.LISIBLE.sans_objet("aucune alimentation (TD2.1) observée")]
    constats: list[Constat] = []
    lues: list[Soumission] = []
    enregistres = {document.unique_id for document in documents_soumis(envois, acceptees=True)}
    for envoi in envois:
        constats += verifier_transport(envoi, contexte)
        try:
            soumission = lire_soumission(envoi)
        except MessageIllisible as erreur:
            constats.append(
                transport.PARTIES.enfreinte(
                    "L'alimentation ne se lit pas.",
                    attendu="un ProvideAndRegisterDocumentSetRequest",
                    recu=str(erreur),
                    ou="soap:Body",
                    echanges=(envoi.numero,),
                )
            )
            continue
        lues.append(soumission)
        constats += verifier_soumission(soumission, contexte, enregistres=enregistres)
    constats += [identifiants_uniques(lues), cycle.jamais_renvoye(envois), sequence.mode_d_alimentation(envois)]
    return constats + _suite(echanges)


@rejouable
def verifier_consultation(echanges: Sequence[Echange], contexte: ContexteDmp) -> list[Constat]:
    """Toutes les règles des consultations (TD3.1, TD3.2), droit d'accès vérifié compris."""
    consultations = [echange for echange in echanges if est_consultation(echange)]
    if not consultations:
        return [sequence.DROIT_VERIFIE.sans_objet("aucune consultation (TD3.1, TD3.2) observée")]
    constats = _transports(_du_dmp(echanges), contexte)
    constats += [recherche.requete_connue(e) for e in consultations if e.operation.startswith("TD3.1")]
    constats += [sequence.droit_verifie_avant(echanges), sequence.mode_de_consultation(echanges)]
    return constats + _suite(echanges)


@rejouable
def verifier_suppression(
    echanges: Sequence[Echange], contexte: ContexteDmp, *, unique_id: str | None = None
) -> list[Constat]:
    """Toutes les règles des suppressions (TD3.3c) ; `unique_id` : le document que l'utilisateur a choisi."""
    actes = sequence.suppressions(echanges)
    if not actes:
        return [cycle.SUPPRESSION.sans_objet("aucune suppression (TD3.3c) observée")]
    constats = _transports(actes, contexte)
    if unique_id is not None:
        constats += cycle.suppression_correcte(echanges, unique_id, contexte)
    voulue = any(map(est_consultation, echanges))
    constats.append(sequence.pas_d_autorisation_pour_alimenter(echanges, consultation_voulue=voulue))
    return constats + _suite(echanges)


def _du_dmp(echanges: Iterable[Echange]) -> list[Echange]:
    return [e for e in echanges if e.service == "dmp" and e.operation.startswith("TD") and e.requete.methode == "POST"]


def _transports(echanges: Iterable[Echange], contexte: ContexteDmp) -> list[Constat]:
    return [constat for echange in echanges for constat in verifier_transport(echange, contexte)]


def _suite(echanges: Sequence[Echange]) -> list[Constat]:
    return [transport.message_ids_uniques(echanges), assertion.vihf_propre_a_un_patient(echanges)]
