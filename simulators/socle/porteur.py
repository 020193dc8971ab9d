"""Un jeton porteur présenté à un service : le lire, le faire vérifier et le noter, refuser."""

from __future__ import annotations

import json

from simulators.socle.jetons import JetonRefuse, JetonVerifie, VerificateurJetons
from simulators.socle.requete import ReponseSimulee, RequeteRecue


def porteur(requete: RequeteRecue) -> str:
    """Jeton de l'en-tête `Authorization: Bearer` ; vide s'il n'y en a pas."""
    sorte, _, jeton = (requete.entete("Authorization") or "").strip().partition(" ")
    return jeton.strip() if sorte.lower() == "bearer" else ""


def certificat_der(requete: RequeteRecue) -> bytes | None:
    """Certificat présenté par le client en TLS."""
    return requete.tls.certificat if requete.tls is not None else None


def presenter(
    verificateur: VerificateurJetons, requete: RequeteRecue, jeton: str, *, porte_par: str = "entete"
) -> JetonVerifie:
    """Fait vérifier un jeton ; note `jeton_etat`, `jeton_identifiant`, `jeton_session`, `jeton_porteur`.

    Le refus est noté puis levé : au service de répondre dans sa langue.
    """
    requete.noter("jeton_porteur", porte_par)
    try:
        verifie = verificateur.verifier(jeton, certificat_der=certificat_der(requete))
    except JetonRefuse as refus:
        requete.noter("jeton_etat", refus.etat)
        if refus.identifiant:
            requete.noter("jeton_identifiant", refus.identifiant)
        if refus.session:
            requete.noter("jeton_session", refus.session)
        raise
    requete.noter("jeton_etat", "valide")
    requete.noter("jeton_identifiant", verifie.identifiant)
    requete.noter("jeton_session", verifie.session)
    return verifie


def refuser_porteur(requete: RequeteRecue, refus: JetonRefuse | None) -> ReponseSimulee:
    """401 au porteur (RFC 6750, section 3) ; `refus` à None : aucun jeton présenté, le défi n'a pas de code."""
    motif = "aucun jeton porteur présenté" if refus is None else str(refus)
    requete.noter("refus", motif)
    suite = "" if refus is None else ', error="invalid_token"'
    entetes = (("WWW-Authenticate", f'Bearer realm="banc-sons"{suite}'), ("Cache-Control", "no-store"))
    corps = {"error": "invalid_token", "error_description": f"[banc] {motif}"}
    return ReponseSimulee(401, json.dumps(corps, ensure_ascii=False).encode(), "application/json", entetes)
