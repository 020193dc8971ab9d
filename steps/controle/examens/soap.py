"""Messages SOAP d'INSi et du DMP, jugés par les vérifications qui jugent les échanges des simulateurs."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime

from lxml import etree

from reports.constat import Constat
from simulators.dmp.xml import NS, ErreurXml, lire_xml
from simulators.socle.echange import CorpsMemoire, Echange, Requete
from simulators.socle.mtom import ErreurMtom, decouper, est_multipart
from steps.controle.examens.gardes import au_dela, depassement_xml, sans_numero
from steps.controle.examens.message_soap import MessageSoap
from steps.controle.examens.requete_http import (
    AuDelaDesLimites,
    FichierIllisible,
    MessageFichier,
    lire_message_fichier,
)
from steps.controle.examens.soap_dmp import instant_dmp, juger_dmp, reponse_dmp
from steps.controle.examens.soap_insi import instant_insi, juger_insi, reponse_insi
from steps.controle.modele import ContexteControle, Examen, TypeFichier
from steps.verifications.dmp.message import OCTETS_RACINE_MAX
from steps.verifications.saml import assertions_en_place, identifiants_uniques
from steps.verifications.soap import enveloppe_lisible, enveloppe_ordonnee, est_une_demande

Juge = Callable[[MessageSoap, ContexteControle], Examen]
_INSTANT_INCONNU = datetime(1970, 1, 1, tzinfo=UTC)


def examiner_soap_insi(octets: bytes, contexte: ContexteControle) -> Examen:
    """Demande (ou réponse) au téléservice INSi : corps seul, requête HTTP entière, ou en-têtes et corps."""
    lu = _lire(octets, contexte, TypeFichier.SOAP_INSI, "insi", instant_insi)
    return lu if isinstance(lu, Examen) else _examiner(lu, contexte, juger_insi, reponse_insi)


def examiner_soap_dmp(octets: bytes, contexte: ContexteControle) -> Examen:
    """Demande (ou réponse) au DMP, MTOM compris ; les documents d'une alimentation sont examinés un par un."""
    lu = _lire(octets, contexte, TypeFichier.SOAP_DMP, "dmp", instant_dmp)
    return lu if isinstance(lu, Examen) else _examiner(lu, contexte, juger_dmp, reponse_dmp)


def _lire(
    octets: bytes,
    contexte: ContexteControle,
    type_fichier: TypeFichier,
    service: str,
    instant_porte: Callable[[etree._Element], datetime | None],
) -> MessageSoap | Examen:
    """Lit le fichier jusqu'à sa racine XML ; rend l'examen déjà fait si le fichier n'est pas jugeable."""
    try:
        fichier = lire_message_fichier(octets)
        xml = _racine_en_octets(fichier)
        raison = depassement_xml(xml)
        if raison:
            return au_dela(type_fichier, raison)
        racine = lire_xml(xml)
    except AuDelaDesLimites as erreur:
        return au_dela(type_fichier, str(erreur))
    except (FichierIllisible, ErreurMtom, ErreurXml) as erreur:
        return Examen(type_fichier, (enveloppe_lisible(None, str(erreur)),), ("joué : lecture du message",))
    lisible = enveloppe_lisible(racine)
    if lisible.attendu:
        return Examen(type_fichier, (lisible,), ("joué : lecture du message",))
    instant = contexte.a_l_instant or instant_porte(racine) or _INSTANT_INCONNU
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    echange = Echange(
        numero=0,
        service=service,
        operation="",
        debut=instant,
        fin=instant,
        requete=Requete(fichier.methode, fichier.cible, fichier.entetes, CorpsMemoire(fichier.corps)),
    )
    return MessageSoap(type_fichier, fichier, racine, echange, lisible, contexte.a_l_instant is not None)


def _racine_en_octets(fichier: MessageFichier) -> bytes:
    if not est_multipart(fichier.type_contenu):
        if len(fichier.corps) > OCTETS_RACINE_MAX:
            raise AuDelaDesLimites(f"message SOAP de {len(fichier.corps)} octets, {OCTETS_RACINE_MAX} au plus")
        return fichier.corps
    flux = io.BytesIO(fichier.corps)
    mtom = decouper(flux, fichier.type_contenu)
    if mtom.racine.fin - mtom.racine.debut > OCTETS_RACINE_MAX:
        raise AuDelaDesLimites(f"partie SOAP de plus de {OCTETS_RACINE_MAX} octets")
    return mtom.racine.lire(flux)


def _examiner(message: MessageSoap, contexte: ContexteControle, juger: Juge, reponse: Juge) -> Examen:
    """Une réponse est dite, une demande est jugée ; les règles communes aux messages signés s'y ajoutent."""
    refus = est_une_demande(message.racine, message.fichier.statut)
    if refus:
        suite = reponse(message, contexte)
        return Examen(message.type, (message.lisible, *refus), suite.perimetre, suite.inclus)
    examen = juger(message, contexte)
    constats: list[Constat] = [message.lisible, enveloppe_ordonnee(message.racine), *examen.constats]
    constats += assertions_en_place(message.racine)
    if message.racine.find(".//saml:Assertion", NS) is not None:
        constats += identifiants_uniques(message.racine)
    return Examen(message.type, sans_numero(constats), (*message.perimetre(contexte), *examen.perimetre), examen.inclus)
