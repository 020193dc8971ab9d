"""Assertions SAML 2.0 : ce que demande le standard ; les profils des services sont dans `insi` et `dmp`."""

from steps.verifications.saml.assertion import verifier_assertion
from steps.verifications.saml.enveloppement import assertions_en_place, identifiants_uniques, sans_assertion_contenue
from steps.verifications.saml.lecture import assertion_lisible, assertions_de, profil_connu
from steps.verifications.saml.nature import Nature, nature_de
from steps.verifications.saml.signature import autorite, certificat_valable, signature_valide

__all__ = [
    "Nature",
    "assertion_lisible",
    "assertions_de",
    "assertions_en_place",
    "autorite",
    "certificat_valable",
    "identifiants_uniques",
    "nature_de",
    "profil_connu",
    "sans_assertion_contenue",
    "signature_valide",
    "verifier_assertion",
]
