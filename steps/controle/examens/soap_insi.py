"""Une demande INSi lue dans un fichier."""

from __future__ import annotations

from datetime import UTC, datetime

from lxml import etree

from simulators.dmp.vihf import lire_certificat, lire_instant
from simulators.dmp.xml import NS
from simulators.insi import espaces as e
from steps.controle.examens.message_soap import MessageSoap
from steps.controle.modele import ContexteControle, Examen
from steps.verifications.dmp import certificats
from steps.verifications.insi import ContexteInsi, lire_appel, verifier_message_insi
from steps.verifications.saml import autorite, verifier_assertion


def instant_insi(racine: etree._Element) -> datetime | None:
    """Heure que porte le message : Temps d'un contexte, à défaut l'émission de l'assertion ou son certificat."""
    for espace_contexte in (e.CTXBAM, e.CTXLPS):
        for temps in racine.iter(e.nom_qualifie(espace_contexte, "Temps")):
            if instant := lire_instant(temps.text or ""):
                return instant
    for assertion in racine.iterfind(".//saml:Assertion", NS):
        if instant := lire_instant(assertion.get("IssueInstant", "")):
            return instant
        certificat = certificats.charger(lire_certificat(assertion))
        if certificat is not None:
            return certificat.not_valid_before_utc.astimezone(UTC)
    return None


def juger_insi(message: MessageSoap, contexte: ContexteControle) -> Examen:
    """Toutes les règles d'une demande, sauf la connexion et la suite des appels."""
    constats = verifier_message_insi(message.echange, ContexteInsi(instant_connu=message.instant_connu))
    appel = lire_appel(message.echange)
    for assertion in message.assertions:
        constats += verifier_assertion(assertion, contexte.a_l_instant, profil=True)
        constats += autorite(assertion, contexte.ancres)
    perimetre = [f"joué : enveloppe, adressage, contextes, contenu ({appel.operation or 'opération inconnue'})"]
    if not message.assertions:
        perimetre.append(
            "non joué : mode d'authentification (sans assertion, seul le certificat de la connexion le dirait) ; "
            "Emetteur n'est comparé qu'entre les deux contextes"
        )
    return Examen(message.type, tuple(constats), tuple(perimetre))


def reponse_insi(message: MessageSoap, contexte: ContexteControle) -> Examen:
    """Une réponse INSi n'est pas jugée."""
    return Examen(message.type, (), ("non joué : contenu de la réponse du téléservice",))
