"""Ce que le client fait d'un opérateur qu'il doit refuser : poignée refusée, ou rien après elle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from reports.constat import Confiance, Constat, Regle
from steps.verifications.mssante.dialogue import CERTIFICAT_VALIDE, IMAP, SMTP, Session
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

_SOCLE = "Référentiel socle MSSanté #2 v1.0.1, {}"
_ANODINES = ("EHLO", "HELO", "CAPABILITY", "NOOP", "ID", "ENABLE")
_DE_FIN = ("QUIT", "LOGOUT")


class Attitude(StrEnum):
    """Ce que le client a fait d'une connexion."""

    ACCEPTE = "accepté"
    """Identification ou envoi dans le canal TLS."""
    REFUSE = "refusé à la poignée"
    REFUSE_APRES = "fermé aussitôt la poignée terminée"
    HESITE = "canal ouvert, capacités demandées, rien de plus"
    """Des bibliothèques demandent les capacités avant de rendre la main à qui contrôle le certificat."""
    RENONCE = "fermé sans tenter STARTTLS"
    EN_CLAIR = "poursuivi en clair"


def attitude(session: Session) -> Attitude:
    """Lit l'attitude dans les commandes : ce que le client confie compte, non ce qu'il dit."""
    demande = session.starttls.numero if session.starttls else 0
    # Ce qui a fui avant STARTTLS ne dit pas ce que le client pense de l'opérateur ; la règle du canal s'en charge.
    if any(not c.chiffree and c.numero > demande for c in session.sensibles):
        return Attitude.EN_CLAIR
    if session.chiffree and not session.poignee_refusee:
        apres = [c.verbe for c in session.commandes if c.chiffree and c.verbe not in _DE_FIN]
        if not apres:
            return Attitude.REFUSE_APRES
        return Attitude.HESITE if all(verbe in _ANODINES for verbe in apres) else Attitude.ACCEPTE
    if (session.starttls is not None and session.starttls.reussie) or session.poignee_refusee:
        return Attitude.REFUSE
    return Attitude.RENONCE


EXPIRE = Regle(
    "MSS-OPE-01", "Un opérateur au certificat expiré est refusé", REM_BIO.format("MSS/va1.04"), Confiance.OFFICIELLE,
    "Vérifier les dates de validité du certificat de l'opérateur pendant la poignée TLS.",
)  # fmt: skip
PAS_ENCORE = Regle(
    "MSS-OPE-02", "Un opérateur au certificat pas encore valable est refusé",
    "RFC 5280 § 6.1.3 ; le REM ne parle que de l'expiration (MSS/va1.04)", Confiance.DEDUITE,
    "Vérifier les deux dates de validité du certificat de l'opérateur.",
)  # fmt: skip
AUTRE_AUTORITE = Regle(
    "MSS-OPE-03", "Un opérateur certifié par une autre autorité que l'IGC Santé est refusé",
    _SOCLE.format("ECO.1.1.10"), Confiance.SECONDAIRE,
    "Ne placer dans le magasin de confiance de la messagerie que les autorités de l'IGC Santé.",
)  # fmt: skip
AUTRE_GAMME = Regle(
    "MSS-OPE-04", "Un opérateur certifié dans une autre gamme ou un autre domaine de l'IGC Santé est refusé",
    _SOCLE.format("ECO.1.1.10"), Confiance.SECONDAIRE,
    "N'accepter que la gamme Élémentaire, domaine Organisations.",
)  # fmt: skip
AUTRE_NOM = Regle(
    "MSS-OPE-05", "Un opérateur dont le certificat porte un autre nom est refusé",
    "RFC 7817 § 3, qui met à jour RFC 3207 § 4.1 et RFC 3501 § 11.1", Confiance.DOCUMENTEE,
    "Comparer le nom de l'opérateur à celui de son certificat (subjectAltName).",
)  # fmt: skip
REVOQUE = Regle(
    "MSS-OPE-06", "Un opérateur au certificat révoqué est refusé", _SOCLE.format("ECO.1.1.6"), Confiance.SECONDAIRE,
    "Contrôler la révocation du certificat de l'opérateur par CRL ou OCSP à chaque connexion.",
)  # fmt: skip
TLS_ANCIEN = Regle(
    "MSS-OPE-07", "Un opérateur limité à TLS 1.0 ou 1.1 est refusé", REM_BIO.format("MSS/CONF.01"),
    Confiance.OFFICIELLE, "Fixer la version minimale de TLS du client de messagerie à 1.2.",
)  # fmt: skip
SUITES = Regle(
    "MSS-OPE-08", "Un opérateur qui n'offre aucune des six suites admises est refusé", REM_BIO.format("MSS/CONF.03"),
    Confiance.OFFICIELLE, "Ne proposer en TLS 1.2 que C030, C02F, C028, C027, 009F et 009E.",
)  # fmt: skip
DH_COURT = Regle(
    "MSS-OPE-09", "Un opérateur au groupe DH de moins de 2048 bits est refusé", REM_BIO.format("MSS/CONF.03"),
    Confiance.OFFICIELLE, "Refuser la poignée quand le groupe DHE de l'opérateur a moins de 2048 bits.",
)  # fmt: skip
COURBE_COURTE = Regle(
    "MSS-OPE-10", "Un opérateur à la courbe de moins de 256 bits est refusé", REM_BIO.format("MSS/CONF.03"),
    Confiance.OFFICIELLE, "Ne proposer que des courbes de 256 bits ou plus.",
)  # fmt: skip
SANS_STARTTLS = Regle(
    "MSS-OPE-11", "Sans STARTTLS offert par l'opérateur, rien ne lui est confié",
    REM_BIO.format("MSS/CONF.05 et MSS/CONF.06"), Confiance.OFFICIELLE,
    "Fermer la connexion quand STARTTLS n'est pas annoncé ; ne jamais continuer en clair.",
)  # fmt: skip
POIGNEE_RATEE = Regle(
    "MSS-OPE-12", "Après une poignée TLS impossible, rien n'est confié à l'opérateur",
    REM_BIO.format("MSS/CONF.05 et MSS/CONF.06"), Confiance.OFFICIELLE,
    "Fermer la connexion quand la poignée TLS échoue ; ne jamais reprendre en clair.",
)  # fmt: skip
ACCEPTE_TLS_1_2 = Regle(
    "MSS-OPE-14", "Un opérateur en règle limité à TLS 1.2 est accepté", REM_BIO.format("MSS/CONF.01"),
    Confiance.OFFICIELLE, "Permettre TLS 1.2 (RFC 5246) avec l'une des six suites admises.",
)  # fmt: skip
VERSION_UNIQUE = Regle(
    "MSS-OPE-13", "Un opérateur qui n'offre pas TLS 1.2, mais une version plus ancienne, est refusé",
    REM_BIO.format("MSS/va1.31"), Confiance.OFFICIELLE, "Limiter le client de messagerie à TLS 1.2.",
)  # fmt: skip


@dataclass(frozen=True)
class CasOperateur:
    """Un opérateur à refuser : la panne qui le joue, la règle, et comment le dire."""

    panne: str
    regle: Regle
    libelle: str


CAS: dict[str, CasOperateur] = {
    cas.libelle: cas
    for cas in (
        CasOperateur("certificat_expire", EXPIRE, "au certificat expiré"),
        CasOperateur("certificat_pas_encore_valide", PAS_ENCORE, "au certificat pas encore valable"),
        CasOperateur("certificat_autre_autorite", AUTRE_AUTORITE, "au certificat d'une autre autorité"),
        CasOperateur("certificat_autre_gamme", AUTRE_GAMME, "au certificat d'une autre gamme"),
        CasOperateur("certificat_autre_nom", AUTRE_NOM, "au certificat d'un autre nom"),
        CasOperateur("certificat_revoque_crl", REVOQUE, "au certificat révoqué par la CRL"),
        CasOperateur("certificat_revoque_ocsp", REVOQUE, "au certificat révoqué par OCSP"),
        CasOperateur("tls_ancien", TLS_ANCIEN, "limité à TLS 1.1"),
        CasOperateur("suites_faibles", SUITES, "aux suites faibles"),
        CasOperateur("suites_hors_liste", SUITES, "aux suites hors de la liste"),
        CasOperateur("groupe_dh_court", DH_COURT, "au groupe DH trop court"),
        CasOperateur("courbe_courte", COURBE_COURTE, "à la courbe trop courte"),
        CasOperateur("starttls_absent", SANS_STARTTLS, "qui n'annonce pas STARTTLS"),
        CasOperateur("starttls_ordures", POIGNEE_RATEE, "qui répond n'importe quoi à la poignée TLS"),
    )
}
"""Les opérateurs à refuser, par la façon dont les features les nomment."""


@verification(
    EXPIRE, PAS_ENCORE, AUTRE_AUTORITE, AUTRE_GAMME, AUTRE_NOM, REVOQUE, TLS_ANCIEN, SUITES, DH_COURT, COURBE_COURTE,
    SANS_STARTTLS, POIGNEE_RATEE, VERSION_UNIQUE,
)  # fmt: skip
def operateur_refuse(
    cas: CasOperateur,
    protocole: str,
    face: Sequence[Session],
    temoins: Sequence[Session],
    *,
    regle: Regle | None = None,
) -> Constat:
    """Sur ce protocole, le client refuse cet opérateur, alors qu'il accepte le même opérateur en règle.

    `face` : connexions ouvertes pendant que l'opérateur est défaillant ; `temoins` : celles d'avant ou d'après, dans le
    même scénario. Sans témoin accepté, un refus ne prouve rien. `regle` remplace celle du cas quand une autre exigence
    dit la même chose.
    """
    regle = regle or cas.regle
    rencontres = [s for s in face if s.protocole == protocole and _a_rencontre(s, cas.panne)]
    ailleurs = [s for s in face if s.protocole == protocole and attitude(s) is Attitude.EN_CLAIR]
    nom = protocole.upper()
    if not rencontres and not ailleurs:
        return regle.sans_objet(f"aucune connexion {nom} n'a rencontré l'opérateur {cas.libelle}")
    fautes = [s for s in {s.connexion: s for s in (*rencontres, *ailleurs)}.values() if attitude(s) in _FAUTES]
    if fautes:
        return regle.enfreinte(
            f"{nom} : l'opérateur {cas.libelle} n'a pas été refusé",
            attendu="connexion abandonnée, sans identification ni message",
            recu="; ".join(f"{s.connexion} : {attitude(s)}, {_confie(s)}" for s in fautes[:3]),
            ou=f"connexion {nom} {', '.join(s.connexion for s in fautes[:3])}",
            echanges=tuple(s.sensibles[0].numero for s in fautes),
        )
    if not any(attitude(s) is Attitude.ACCEPTE for s in temoins if s.protocole == protocole and en_regle(s)):
        return regle.sans_objet(
            f"{nom} : l'opérateur {cas.libelle} n'a rien reçu, mais aucune connexion acceptée auprès d'un opérateur en "
            "règle ne montre que le refus tient à cela"
        )
    vues = {attitude(s) for s in rencontres}
    numeros = tuple((s.starttls or s.commandes[0]).numero if s.commandes else s.numeros[0] for s in rencontres)
    if any(attitude(s) is Attitude.HESITE and not renonce_ensuite(s) for s in rencontres):
        return regle.a_regarder(
            f"{nom} : la poignée avec l'opérateur {cas.libelle} a abouti, rien ne dit si le client aurait poursuivi",
            recu=str(Attitude.HESITE),
            ou=f"connexion {nom} {rencontres[0].connexion}",
            echanges=numeros,
        )
    if cas.panne != "starttls_absent" and vues == {Attitude.RENONCE}:
        return regle.sans_objet(f"{nom} : le client a fermé avant STARTTLS, il n'a pas vu l'opérateur {cas.libelle}")
    return regle.respectee(
        f"{nom} : opérateur {cas.libelle} refusé",
        recu=", ".join(f"{s.connexion} : {attitude(s)}" for s in rencontres[:3]),
        ou=f"connexion {nom} {rencontres[0].connexion}",
        echanges=numeros,
    )


LIGNES_EN_REGLE = (CERTIFICAT_VALIDE, "tls_1_2", "tls_1_3", "crl_indisponible", "crl_expiree", "ocsp_muet")
"""Lignes de la matrice où le certificat et le canal sont bons : ce qui manque est ailleurs, ou permis."""
_FAUTES = (Attitude.ACCEPTE, Attitude.EN_CLAIR)


@verification(ACCEPTE_TLS_1_2)
def operateur_accepte(protocole: str, face: Sequence[Session]) -> Constat:
    """Face à un opérateur en règle limité à TLS 1.2, une connexion s'établit et le client s'identifie."""
    nom = protocole.upper()
    sessions = [s for s in face if s.protocole == protocole]
    etablies = [s for s in sessions if s.tls and not s.poignee_refusee]
    if etablies:
        return ACCEPTE_TLS_1_2.respectee(
            f"{nom} : connexion établie",
            recu=", ".join(f"{s.tls.version}, {s.tls.suite}" for s in etablies[:2] if s.tls),
            ou=f"connexion {nom} {etablies[0].connexion}",
            echanges=tuple(s.numeros[0] for s in etablies[:2]),
        )
    tentees = [s for s in sessions if s.starttls or s.poignee_refusee]
    if not tentees:
        return ACCEPTE_TLS_1_2.sans_objet(f"{nom} : aucune poignée tentée face à l'opérateur limité à TLS 1.2")
    return ACCEPTE_TLS_1_2.enfreinte(
        f"{nom} : aucune connexion ne s'établit avec un opérateur limité à TLS 1.2",
        attendu="TLS 1.2, avec l'une des six suites admises",
        recu=f"poignée abandonnée : {tentees[0].note('raison') or 'fermeture par le client'}",
        ou=f"connexion {nom} {tentees[0].connexion}",
        echanges=tuple(s.numeros[0] for s in tentees[:2]),
    )


def renonce_ensuite(session: Session) -> bool:
    """Le client a fermé de lui-même : après les capacités, il a renoncé là où, ailleurs, il s'identifie."""
    return session.fin is not None and not session.fermee_par_l_operateur


def en_regle(session: Session) -> bool:
    """Vrai si l'opérateur n'avait aucun défaut TLS sur cette connexion."""
    pannes_tls = {cas.panne for cas in CAS.values()}
    return session.certificat_serveur in LIGNES_EN_REGLE and not pannes_tls.intersection(session.pannes)


def acceptees(sessions: Sequence[Session], protocole: str) -> list[Session]:
    """Connexions de ce protocole où le client s'est identifié auprès d'un opérateur en règle."""
    return [s for s in sessions if s.protocole == protocole and en_regle(s) and attitude(s) is Attitude.ACCEPTE]


def _a_rencontre(session: Session, panne: str) -> bool:
    return panne in (*session.pannes, session.certificat_serveur, f"certificat_{session.certificat_serveur}")


def _confie(session: Session) -> str:
    return "confié : " + ", ".join(dict.fromkeys(c.verbe for c in session.sensibles))


PROTOCOLES = (SMTP, IMAP)
