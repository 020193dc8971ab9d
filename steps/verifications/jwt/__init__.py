"""Jetons JWT, ceux de Pro Santé Connect d'abord : forme, en-tête, revendications, horodatages, signature."""

from steps.verifications.jwt.cles import Jwks
from steps.verifications.jwt.controle import verifier_jeton
from steps.verifications.jwt.lecture import Jeton, JetonIllisible, Nature, empreinte, lire_jetons
from steps.verifications.jwt.regles import LISIBLE
from steps.verifications.jwt.signature import JwksIllisible, lire_jwks

__all__ = [
    "LISIBLE",
    "Jeton",
    "JetonIllisible",
    "Jwks",
    "JwksIllisible",
    "Nature",
    "empreinte",
    "lire_jetons",
    "lire_jwks",
    "verifier_jeton",
]
