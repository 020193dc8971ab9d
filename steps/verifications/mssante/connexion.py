"""Le canal d'une connexion à l'opérateur : STARTTLS avant tout, version de TLS, suite, groupe d'échange de clés."""

from __future__ import annotations

import re
from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.mssante.commandes import Commande
from steps.verifications.mssante.dialogue import Session
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

SUITES_ADMISES = {
    "ECDHE-RSA-AES256-GCM-SHA384": 0xC030,
    "ECDHE-RSA-AES128-GCM-SHA256": 0xC02F,
    "ECDHE-RSA-AES256-SHA384": 0xC028,
    "ECDHE-RSA-AES128-SHA256": 0xC027,
    "DHE-RSA-AES256-GCM-SHA384": 0x009F,
    "DHE-RSA-AES128-GCM-SHA256": 0x009E,
}
"""Les six suites de MSS/CONF.03, par leur nom OpenSSL ; toutes de TLS 1.2."""

CANAL = Regle(
    "MSS-TLS-01", "Identifiants et messages ne passent que dans le canal TLS", REM_BIO.format("MSS/va1.03"),
    Confiance.OFFICIELLE, "Envoyer STARTTLS avant toute identification, et rien d'autre en clair s'il échoue.",
)  # fmt: skip
VERSION = Regle(
    "MSS-TLS-02", "La connexion s'établit en TLS 1.2 au moins", REM_BIO.format("MSS/CONF.01"), Confiance.OFFICIELLE,
    "Régler le client de messagerie pour négocier TLS 1.2 (ou plus récent) et rien de plus ancien.",
)  # fmt: skip
SUITE = Regle(
    "MSS-TLS-03", "La suite négociée est l'une des six admises", REM_BIO.format("MSS/CONF.03"), Confiance.OFFICIELLE,
    "Ne proposer en TLS 1.2 que C030, C02F, C028, C027, 009F et 009E.",
)  # fmt: skip
VERSION_UNIQUE = Regle(
    "MSS-TLS-04", "Seul TLS 1.2 est négocié", REM_BIO.format("MSS/va1.31"), Confiance.OFFICIELLE,
    "Limiter le client de messagerie à TLS 1.2 ; pour garder TLS 1.3, faire trancher l'écart entre va1.31 et CONF.02.",
)  # fmt: skip
GROUPE = Regle(
    "MSS-TLS-05", "L'échange de clés se fait sur 2048 bits (DHE) ou 256 bits (ECDHE) au moins",
    REM_BIO.format("MSS/CONF.03"), Confiance.OFFICIELLE, "Refuser un groupe DH ou une courbe plus courts.",
)  # fmt: skip

OFFRE = Regle(
    "MSS-TLS-06", "Le client n'offre en TLS 1.2 que les suites admises, et des groupes assez longs",
    "lecture par le banc de « uniquement », REM BIO, exigence MSS/CONF.03", Confiance.DEDUITE,
    "Retirer de la configuration TLS les suites hors liste et les courbes de moins de 256 bits.",
)  # fmt: skip

_CODES_ADMIS = {f"{code:04x}" for code in SUITES_ADMISES.values()}
_SIGNAUX = {"00ff", "5600"}
"""Valeurs qui ne sont pas des suites : renégociation sûre (RFC 5746), repli signalé (RFC 7507)."""
_ANCIENNES = ("SSLv2", "SSLv3", "TLSv1", "TLSv1.1")
# secp160k1, prime192v1, P-224, brainpoolP160r1… : la longueur est le nombre du nom.
_LONGUEUR = re.compile(r"(\d{3,5})")
# X25519 : clés de 256 bits, même force que P-256.
_LONGUEURS_CONNUES = {"X25519": 256, "X448": 448, "X25519MLKEM768": 256}


@verification(CANAL)
def rien_en_clair(sessions: Sequence[Session]) -> Constat:
    """Aucune commande d'identification ou d'envoi hors du canal TLS, et au moins une dans le canal."""
    fuites = [(s, c) for s in sessions for c in s.sensibles if not c.chiffree]
    if fuites:
        return CANAL.enfreinte(
            "des identifiants ou un message sont partis en clair",
            attendu="STARTTLS, puis le canal TLS, avant toute autre commande",
            recu="en clair : " + ", ".join(f"{c.verbe} (n° {c.numero})" for _, c in fuites[:4]),
            ou=_ou([s for s, _ in fuites]),
            echanges=_numeros([c for _, c in fuites]),
        )
    protegees = [c for s in sessions for c in s.sensibles]
    if not protegees:
        return CANAL.sans_objet("aucune identification ni aucun envoi n'a été observé")
    return CANAL.respectee(
        recu=f"{len(protegees)} commandes d'identification, d'envoi ou de lecture, toutes dans le canal TLS",
        ou=_ou(sessions),
        echanges=_numeros(protegees[:1]),
    )


@verification(VERSION)
def version_negociee(sessions: Sequence[Session]) -> Constat:
    """Toutes les poignées abouties sont en TLS 1.2 ou plus récent."""
    etablies = [s for s in sessions if s.tls]
    if not etablies:
        return VERSION.sans_objet("aucune connexion TLS établie n'a été observée")
    anciennes = [s for s in etablies if _version(s) in _ANCIENNES]
    if anciennes:
        return VERSION.enfreinte(
            "connexion établie dans une version de TLS trop ancienne",
            attendu="TLS 1.2 ou plus récent",
            recu=_versions(anciennes),
            ou=_ou(anciennes),
            echanges=_premiers(anciennes),
        )
    return VERSION.respectee(recu=_versions(etablies), ou=_ou(etablies), echanges=_premiers(etablies))


@verification(VERSION)
def version_plus_recente(sessions: Sequence[Session]) -> Constat:
    """Face à un opérateur limité à TLS 1.3 : faculté employée, ou sans effet ; elle n'est jamais due (CONF.02)."""
    recentes = [s for s in sessions if _version(s) not in ("", *_ANCIENNES, "TLSv1.2")]
    if recentes:
        return VERSION.respectee(
            "version plus récente que TLS 1.2 établie : faculté employée",
            recu=_versions(recentes),
            ou=_ou(recentes),
            echanges=_premiers(recentes),
        )
    if not any(s.starttls for s in sessions):
        return VERSION.sans_objet("aucune poignée n'a été tentée face à l'opérateur limité à TLS 1.3")
    return VERSION.signalee(
        "version plus récente que TLS 1.2 non établie : simple faculté, non employée",
        attendu="TLS 1.3 (facultatif)",
        recu="poignée refusée ou abandonnée",
        ou=_ou(sessions),
        echanges=_premiers(sessions),
    )


@verification(VERSION_UNIQUE)
def tls_1_2_seul(sessions: Sequence[Session]) -> Constat:
    """Rien d'autre que TLS 1.2 ; une version plus récente est à vérifier, CONF.02 la permettant."""
    etablies = [s for s in sessions if s.tls]
    if not etablies:
        return VERSION_UNIQUE.sans_objet("aucune connexion TLS établie n'a été observée")
    anciennes = [s for s in etablies if _version(s) in _ANCIENNES]
    if anciennes:
        return VERSION_UNIQUE.enfreinte(
            "connexion établie dans une version de TLS antérieure à 1.2",
            attendu="TLS 1.2 seulement",
            recu=_versions(anciennes),
            ou=_ou(anciennes),
            echanges=_premiers(anciennes),
        )
    recentes = [s for s in etablies if _version(s) != "TLSv1.2"]
    if recentes:
        return VERSION_UNIQUE.a_regarder(
            "MSS/va1.31 n'admet que TLS 1.2, MSS/CONF.02 permet une version plus récente : le banc ne tranche pas "
            "entre ces deux textes",
            recu=_versions(recentes),
            ou=_ou(recentes),
            echanges=_premiers(recentes),
        )
    return VERSION_UNIQUE.respectee(recu=_versions(etablies), ou=_ou(etablies), echanges=_premiers(etablies))


@verification(SUITE)
def suite_negociee(sessions: Sequence[Session]) -> Constat:
    """En TLS 1.2, la suite est l'une des six ; TLS 1.3, que CONF.02 permet, a les siennes : remarque."""
    etablies = [s for s in sessions if s.tls]
    if not etablies:
        return SUITE.sans_objet("aucune connexion TLS établie n'a été observée")
    hors = [s for s in etablies if _version(s) != "TLSv1.3" and s.tls and s.tls.suite not in SUITES_ADMISES]
    if hors:
        return SUITE.enfreinte(
            "suite de chiffrement hors de la liste admise",
            attendu=", ".join(SUITES_ADMISES),
            recu=_suites(hors),
            ou=_ou(hors),
            echanges=_premiers(hors),
        )
    if all(_version(s) == "TLSv1.3" for s in etablies):
        return SUITE.signalee(
            "connexions en TLS 1.3, que MSS/CONF.02 permet ; ses suites ne sont pas dans la liste de MSS/CONF.03",
            attendu=", ".join(SUITES_ADMISES),
            recu=_suites(etablies),
            ou=_ou(etablies),
            echanges=_premiers(etablies),
        )
    return SUITE.respectee(recu=_suites(etablies), ou=_ou(etablies), echanges=_premiers(etablies))


@verification(GROUPE)
def groupe_negocie(sessions: Sequence[Session]) -> Constat:
    """Là où le groupe d'échange de clés est connu, il est assez long."""
    connus = [(s, longueur) for s in sessions if s.tls and (longueur := longueur_du_groupe(s.groupe))]
    if not connus:
        return GROUPE.sans_objet("le groupe d'échange de clés n'a pas pu être observé")
    courts = [(s, n) for s, n in connus if n < (2048 if _est_dh(s) else 256)]
    if courts:
        return GROUPE.enfreinte(
            "connexion établie avec un groupe d'échange de clés trop court",
            attendu="DHE : 2048 bits au moins ; ECDHE : 256 bits au moins",
            recu=", ".join(f"{s.groupe} ({n} bits)" for s, n in courts),
            ou=_ou([s for s, _ in courts]),
            echanges=_premiers([s for s, _ in courts]),
        )
    recu = ", ".join(sorted({f"{s.groupe} ({n} bits)" for s, n in connus}))
    return GROUPE.respectee(recu=recu, ou=_ou([s for s, _ in connus]), echanges=_premiers([s for s, _ in connus]))


@verification(OFFRE)
def offre_du_client(sessions: Sequence[Session]) -> Constat:
    """L'offre du client (ClientHello), là où l'opérateur l'a relevée ; les suites 13xx, de TLS 1.3, sont à part."""
    offres = [s for s in sessions if s.note("suites_offertes")]
    if not offres:
        return OFFRE.sans_objet("l'offre TLS du client n'a pas pu être relevée")
    suites = {x for s in offres for x in s.note("suites_offertes").split()} - _CODES_ADMIS - _SIGNAUX
    hors = sorted(x for x in suites if not x.startswith("13"))
    groupes = {x for s in offres for x in s.note("groupes_offerts").split()}
    courts = sorted(g for g in groupes if (n := longueur_du_groupe(g)) and n < 256)
    if hors or courts:
        return OFFRE.enfreinte(
            "le client offre, sans s'en servir ici, des suites ou des groupes qui ne sont pas admis",
            attendu="C030, C02F, C028, C027, 009F, 009E ; groupes de 2048 bits (DHE) ou 256 bits (ECDHE) au moins",
            recu=", ".join(x.upper() for x in hors[:12]) + (f" ; {', '.join(courts)}" if courts else ""),
            ou=_ou(offres),
            echanges=_premiers(offres),
        )
    return OFFRE.respectee(recu=offres[0].note("suites_offertes").upper(), ou=_ou(offres), echanges=_premiers(offres))


def longueur_du_groupe(nom: str) -> int | None:
    """Longueur en bits d'un groupe d'après son nom (`secp256r1`, `ffdhe2048`, `X25519`) ; None s'il ne la dit pas."""
    if nom.upper() in _LONGUEURS_CONNUES:
        return _LONGUEURS_CONNUES[nom.upper()]
    trouve = _LONGUEUR.search(nom)
    return int(trouve[1]) if trouve else None


def _est_dh(session: Session) -> bool:
    nom = session.groupe.lower()
    suite = session.tls.suite if session.tls else ""
    return nom.startswith(("ffdhe", "dh", "modp")) or suite.startswith("DHE-")


def _version(session: Session) -> str:
    return session.tls.version if session.tls else ""


def _versions(sessions: Sequence[Session]) -> str:
    return ", ".join(sorted({f"{s.protocole.upper()} : {_version(s)}" for s in sessions}))


def _suites(sessions: Sequence[Session]) -> str:
    return ", ".join(sorted({f"{s.protocole.upper()} : {s.tls.suite} ({s.tls.version})" for s in sessions if s.tls}))


def _ou(sessions: Sequence[Session]) -> str:
    return "connexion " + ", ".join(dict.fromkeys(f"{s.protocole.upper()} {s.connexion}" for s in sessions[:4]))


def _numeros(commandes: Sequence[Commande]) -> tuple[int, ...]:
    return tuple(c.numero for c in commandes)


def _premiers(sessions: Sequence[Session]) -> tuple[int, ...]:
    return tuple((s.starttls.numero if s.starttls else s.numeros[0]) for s in sessions)
