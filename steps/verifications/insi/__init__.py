"""Vérifications des appels au téléservice INSi : fonctions pures sur les échanges du journal."""

from steps.verifications.insi.appels import (
    Appel,
    FauteRetournee,
    IdentiteRetournee,
    InsRetourne,
    Mode,
    ReponseLue,
    lire_appel,
    lire_reponse,
    retour_en_clair,
)
from steps.verifications.insi.assertions import attributs, forme, fraicheur, identite, presence, valeurs
from steps.verifications.insi.contexte import ContexteInsi, PatientConnu
from steps.verifications.insi.contextes import emetteur, identifiants_et_heure, presence_et_structure, progiciel
from steps.verifications.insi.corps import defauts_nom, defauts_prenom, ecriture, structure, traits
from steps.verifications.insi.ensemble import (
    CONTROLES_APPEL,
    CONTROLES_SUITE,
    reunir,
    verifier_message_insi,
    verifier_requetes_insi,
)
from steps.verifications.insi.matricules import matricules
from steps.verifications.insi.protocole import adressage, enveloppe, http
from steps.verifications.insi.repetitions import appels_interdits, repetitions
from steps.verifications.insi.sequence import ordre_des_essais
from steps.verifications.insi.signature import algorithmes, signature
from steps.verifications.insi.transport import certificat_client, version_tls
from steps.verifications.insi.unicite import unicite

__all__ = [
    "CONTROLES_APPEL",
    "CONTROLES_SUITE",
    "Appel",
    "ContexteInsi",
    "FauteRetournee",
    "IdentiteRetournee",
    "InsRetourne",
    "Mode",
    "PatientConnu",
    "ReponseLue",
    "adressage",
    "algorithmes",
    "appels_interdits",
    "attributs",
    "certificat_client",
    "defauts_nom",
    "defauts_prenom",
    "ecriture",
    "emetteur",
    "enveloppe",
    "forme",
    "fraicheur",
    "http",
    "identifiants_et_heure",
    "identite",
    "lire_appel",
    "lire_reponse",
    "matricules",
    "ordre_des_essais",
    "presence",
    "presence_et_structure",
    "progiciel",
    "repetitions",
    "retour_en_clair",
    "reunir",
    "signature",
    "structure",
    "traits",
    "unicite",
    "valeurs",
    "verifier_message_insi",
    "verifier_requetes_insi",
    "version_tls",
]
