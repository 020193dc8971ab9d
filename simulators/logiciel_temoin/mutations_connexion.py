"""Défauts de la connexion à l'opérateur MSSanté : canal, certificat, révocation, identification, relève, traces."""

from __future__ import annotations

import ssl
import warnings
from collections.abc import Callable

CONNEXION: dict[str, str] = {
    # Ce que le client accepte d'un opérateur.
    "mss_tls_ancien_accepte": "Un opérateur limité à TLS 1.0 ou 1.1 est accepté.",
    "mss_tls_1_3_exige": "Un opérateur limité à TLS 1.2 est refusé.",
    "mss_suites_larges": "Toutes les suites de TLS 1.2 sont acceptées.",
    "mss_groupe_dh_court": "Un groupe DH de 1024 bits est accepté.",
    "mss_courbe_courte": "Une courbe de 224 bits est acceptée.",
    "mss_certificat_expire_accepte": "Les dates du certificat de l'opérateur ne sont pas contrôlées.",
    "mss_certificat_non_controle": "Le certificat de l'opérateur n'est pas contrôlé du tout.",
    "mss_nom_non_controle": "Le nom porté par le certificat de l'opérateur n'est pas contrôlé.",
    # Ce qu'il fait des listes de révocation.
    "mss_crl_non_gardee": "La dernière CRL obtenue n'est pas gardée.",
    "mss_crl_perimee_remplace": "Une CRL périmée chasse la CRL gardée.",
    "mss_revocation_sans_crl": "Quand la CRL courante manque, la révocation n'est plus contrôlée.",
    # Ce qu'il dit, et quand.
    "mss_sans_starttls": "STARTTLS n'est jamais demandé : l'identification part en clair.",
    "mss_clair_sans_starttls": "Si l'opérateur n'annonce pas STARTTLS, l'identification part en clair.",
    "mss_clair_apres_echec": "Après une poignée TLS manquée, l'identification part en clair.",
    "mss_login_imap": "La relève essaie d'abord LOGIN, en clair.",
    "mss_autoconfiguration_absente": "La BAL est dite configurée sans que le fichier de son opérateur soit lu.",
    "mss_autoconfiguration_ignoree": "Les paramètres lus au fichier d'autoconfiguration ne sont pas employés.",
    "mss_autoconfiguration_sans_essai": "La BAL est dite configurée sans essai de connexion.",
    "mss_igc_sante_absente_en_releve": "La relève ne se fie qu'aux autorités du système, sans l'IGC Santé.",
    "mss_applicative_sans_certificat": "La BAL applicative s'identifie par PLAIN sans présenter de certificat.",
    "mss_session_non_rouverte": "Une session coupée par l'opérateur n'est pas rouverte au geste suivant.",
    "mss_plain_personnelle": "Une BAL personnelle s'identifie par PLAIN.",
    "mss_mail_from_autre": "MAIL FROM est une autre boîte que celle qui s'est identifiée.",
    "mss_refus_en_boucle": "Un envoi refusé définitivement est présenté quatre fois de suite.",
    "mss_releve_sans_lecture": "La relève ouvre la boîte sans rien y lire.",
    # Ce qu'il en trace.
    "mss_trace_sans_heure": "Les traces de messagerie portent le jour, sans l'heure.",
    "mss_trace_sans_action": "Les traces de messagerie ne disent pas de quelle action il s'agit.",
    "mss_trace_refus_favorable": "La trace d'un refus de l'opérateur donne une réponse favorable.",
}
"""Défauts joués là où ils agissent, par leur nom."""

DU_CONTEXTE = (
    "mss_tls_ancien_accepte",
    "mss_tls_1_3_exige",
    "mss_suites_larges",
    "mss_groupe_dh_court",
    "mss_courbe_courte",
    "mss_certificat_expire_accepte",
    "mss_certificat_non_controle",
    "mss_nom_non_controle",
)
"""Défauts qu'un contexte TLS porte : ils agissent à chaque connexion, le contexte n'étant fait qu'une fois."""

_SANS_DATES = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME d'OpenSSL, que le module `ssl` ne nomme pas."""


def relacher(
    contexte: ssl.SSLContext, actif: Callable[[str], bool], suites: str, niveau: str, *, certificat: bool
) -> None:
    """Ôte au contexte TLS ce que les défauts actifs lui ôtent. `certificat` : le client en présente un."""
    if actif("mss_tls_ancien_accepte"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            contexte.minimum_version = ssl.TLSVersion.TLSv1
        contexte.set_ciphers(f"{suites}:ECDHE-RSA-AES128-SHA:AES128-SHA:@SECLEVEL=0")
    if actif("mss_tls_1_3_exige"):
        contexte.maximum_version = contexte.minimum_version = ssl.TLSVersion.TLSv1_3
    if actif("mss_suites_larges"):
        contexte.set_ciphers(f"ALL{niveau}")
    if actif("mss_groupe_dh_court"):
        contexte.set_ciphers(f"{suites}:@SECLEVEL=0")
    # Un certificat client P-256 demande que cette courbe reste offerte, et Python n'en règle qu'une.
    if actif("mss_courbe_courte") and not certificat:
        contexte.set_ecdh_curve("secp224r1")
    if actif("mss_certificat_expire_accepte"):
        contexte.verify_flags |= _SANS_DATES
    if actif("mss_nom_non_controle") or actif("mss_certificat_non_controle"):
        contexte.check_hostname = False
    if actif("mss_certificat_non_controle"):
        contexte.verify_mode = ssl.CERT_NONE
