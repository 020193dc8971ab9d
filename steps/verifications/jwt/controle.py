"""Tout ce qui se juge d'un jeton."""

from __future__ import annotations

from datetime import datetime

from reports.constat import Constat
from steps.jugements.marque import rejouable
from steps.verifications.jwt import entete, horodatages, psc, revendications, signature
from steps.verifications.jwt.cles import Jwks
from steps.verifications.jwt.lecture import Jeton


@rejouable
def verifier_jeton(
    jeton: Jeton, *, cles: Jwks | None = None, instant: datetime | None = None, acces: Jeton | None = None
) -> list[Constat]:
    """Constats d'un jeton. `cles` : JWKS de l'émetteur, s'il est connu ; `instant` : heure du contrôle, ou None.

    `acces` : le jeton d'accès rendu avec un ID token, pour at_hash.
    """
    return [
        entete.membres(jeton),
        *entete.algorithme(jeton, cles),
        *entete.parametres(jeton),
        *revendications.presence(jeton),
        *revendications.types(jeton),
        *revendications.destinataires(jeton),
        *revendications.condensat(jeton, acces),
        *revendications.liaison(jeton),
        *horodatages.bornes(jeton),
        *horodatages.validite(jeton, instant),
        *psc.emetteur(jeton),
        *psc.identite(jeton),
        *signature.signature(jeton, cles),
    ]
