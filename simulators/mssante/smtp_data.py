"""DATA : le message est reçu, gardé, rangé au journal octet pour octet, accepté, distribué ; puis seulement répondu."""

from __future__ import annotations

import asyncio

from simulators.mssante import erreurs
from simulators.mssante.contenus import contenus
from simulators.mssante.erreurs import ReponseSmtp
from simulators.mssante.etat import MessageRecu
from simulators.mssante.smtp import SessionSmtp
from simulators.mssante.smtp_donnees import MessageEntrant
from simulators.mssante.smtp_envoi import Transaction
from simulators.mssante.smtp_lecture import FinDuFlux, TropLent
from simulators.socle.corps import Reception
from simulators.socle.echange import Corps, Echange
from simulators.socle.journal import JournalEchanges, MatriculeReel
from simulators.socle.pannes import PanneArmee
from simulators.socle.requete import RequeteRecue

EN_MEMOIRE = 2**18
"""Octets d'un message gardés en mémoire ; au-delà, un fichier temporaire chiffré."""
_GRAND = 2**17
"""Octets à partir desquels l'examen des pièces quitte la boucle, que tous les simulateurs partagent."""
_PANNES = ("refus_temporaire", "message_trop_gros", "coupure_avant_reponse", "duplication", "accepte_puis_dsn")


async def data(session: SessionSmtp, requete: RequeteRecue) -> ReponseSmtp | None:
    """Reçoit un message ; l'échange inscrit a pour corps ses octets, et pour notes son enveloppe."""
    transaction = session.transaction
    if requete.cible:
        return erreurs.syntaxe("DATA")
    if transaction is None:
        return erreurs.mauvais_ordre("need MAIL command")
    for nom, valeur in transaction.en_notes().items():
        requete.noter(nom, valeur)
    if not transaction.destinataires:
        return erreurs.aucun_destinataire()
    if session.connexion.prendre(requete, "indisponible_421") is not None:
        return erreurs.service_indisponible()
    coupure = session.connexion.prendre(requete, "coupure_dans_data")
    entrant = MessageEntrant(session.operateur.journal.receptionner(en_memoire=EN_MEMOIRE), session.taille_offerte)
    try:
        await session.intermediaire(erreurs.envoyer_le_message().octets)
        complet = await _recevoir(session, requete, entrant, coupure)
        requete.noter("taille", entrant.taille)
        if entrant.trop_gros:
            session.transaction = None
            return erreurs.message_trop_gros()
        session.corps = await _ranger(session, entrant.reception)
    finally:
        entrant.abandonner()
    if not complet:
        return None
    session.transaction = None
    return await _accepter(session, requete, transaction)


async def _recevoir(
    session: SessionSmtp, requete: RequeteRecue, entrant: MessageEntrant, coupure: PanneArmee | None
) -> bool:
    """Lit le message ; faux si la panne coupe avant sa fin. FinDuFlux une fois noté ce qui était arrivé."""
    limite = int(str(coupure.parametres.get("octets", 0))) if coupure is not None else None
    try:
        while True:
            if entrant.verser(await session.lire_bloc()):
                session.rendre(entrant.suite)
                return limite is None
            if limite is not None and entrant.taille >= limite:
                entrant.interrompre()
                return False
    except (FinDuFlux, TimeoutError) as erreur:
        entrant.interrompre()
        requete.noter("taille", entrant.taille)
        requete.noter("corps_tronque", "oui")
        if not entrant.trop_gros:
            session.corps = await _ranger(session, entrant.reception)
        raise TropLent if isinstance(erreur, TimeoutError) else erreur from None
    except MatriculeReel as erreur:
        session.operateur.journal.arreter(erreur)


async def _ranger(session: SessionSmtp, reception: Reception) -> Corps:
    journal = session.operateur.journal
    if reception.taille < _GRAND:
        return _examiner(journal, reception)
    async with session.service.examens:
        return await asyncio.to_thread(_examiner, journal, reception)


def _examiner(journal: JournalEchanges, reception: Reception) -> Corps:
    """Regarde dans les pièces jointes et les archives, puis range le message."""
    for blocs in contenus(reception.contenu()):
        journal.garder_contenu(blocs)
    try:
        return reception.terminer()
    except MatriculeReel as erreur:
        journal.arreter(erreur)


async def _accepter(session: SessionSmtp, requete: RequeteRecue, transaction: Transaction) -> ReponseSmtp | None:
    panne = session.connexion.prendre(requete, *_PANNES)
    nom = panne.nom if panne is not None else ""
    if nom == "refus_temporaire":
        return erreurs.refus_temporaire()
    if nom == "message_trop_gros":
        return erreurs.message_trop_gros()
    if nom == "coupure_avant_reponse" and panne is not None and panne.parametres.get("accepte", True) is False:
        return None
    session.messages += 1
    reponse = erreurs.message_accepte(f"{session.connexion.identifiant}-{session.messages}")

    async def distribuer(echange: Echange) -> None:
        message = MessageRecu(
            numero=echange.numero,
            expediteur=transaction.expediteur,
            destinataires=tuple(transaction.destinataires),
            corps=echange.requete.corps,
            connexion=session.connexion.identifiant,
            instant=session.operateur.horloge(),
            bal=session.connexion.bal,
            dsn=transaction.dsn,
        )
        echec = _echec(transaction, panne) if panne is not None and nom == "accepte_puis_dsn" else ()
        copies = 2 if nom == "duplication" else 1
        # Hors de la boucle : un dépôt peut être long, ou attendre la boucle elle-même.
        await asyncio.to_thread(session.service.distribuer, message, copies=copies, echecs=echec)

    session.une_fois_inscrit = distribuer
    return None if nom == "coupure_avant_reponse" else reponse


def _echec(transaction: Transaction, panne: PanneArmee) -> tuple[str, ...]:
    """Destinataires dont l'avis d'échec suivra : celui que la panne nomme, ou tous."""
    vise = str(panne.parametres.get("adresse") or "").lower()
    return tuple(adresse for adresse in transaction.destinataires if vise in ("", adresse.lower()))
