"""Le contrôle de révocation vu du dehors : CRL et OCSP demandés à l'IGC, dernière CRL gardée et employée."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.mssante.dialogue import Session
from steps.verifications.mssante.tls_client import REVOQUE, Attitude, acceptees, attitude, renonce_ensuite
from steps.verifications.registre import verification
from steps.verifications.sources import REM_BIO

MOYEN_CRL = Regle(
    "MSS-REV-01", "La révocation du certificat de l'opérateur est contrôlée, par CRL ou OCSP",
    "Référentiel socle MSSanté #2 v1.0.1, ECO.1.1.6", Confiance.SECONDAIRE,
    "Demander la CRL ou l'état OCSP aux adresses que porte le certificat de l'opérateur.",
)  # fmt: skip
CRL_GARDEE = Regle(
    "MSS-REV-02", "Sans CRL à jour disponible, la dernière CRL non expirée permet la connexion",
    REM_BIO.format("MSS/CONF.22"), Confiance.OFFICIELLE,
    "Conserver la dernière CRL valable et s'en servir quand la CRL courante ne peut pas être obtenue.",
)  # fmt: skip
CRL_GARDEE_EMPLOYEE = Regle(
    "MSS-REV-03", "La CRL conservée sert vraiment : un certificat qu'elle révoque reste refusé",
    REM_BIO.format("MSS/CONF.22"), Confiance.OFFICIELLE,
    "Quand la CRL courante manque, contrôler avec la CRL conservée au lieu de se passer de contrôle.",
)  # fmt: skip


class Moyen(StrEnum):
    """Ce que le logiciel a demandé à l'IGC, et obtenu."""

    CRL = "CRL"
    OCSP = "OCSP"


def moyens(echanges: Sequence[Echange], autorite: str = "organisations") -> frozenset[Moyen]:
    """Moyens de contrôle observés ; seule compte la CRL de l'autorité qui a émis le certificat de l'opérateur."""
    vus = {
        Moyen.OCSP if echange.operation == "ocsp" else Moyen.CRL
        for echange in echanges
        if echange.service == "igc"
        and echange.reponse is not None
        and echange.reponse.statut == 200
        and (echange.operation == "ocsp" or (echange.operation == "crl" and f"/{autorite}." in echange.requete.cible))
    }
    return frozenset(vus)


@verification(MOYEN_CRL)
def moyen_de_controle(echanges: Sequence[Echange]) -> Constat:
    """La CRL de l'autorité de l'opérateur a été obtenue ; OCSP seul rend CONF.22 sans objet, rien est à vérifier."""
    vus = moyens(echanges)
    numeros = tuple(e.numero for e in echanges if e.service == "igc" and e.operation in ("crl", "ocsp"))[-3:]
    if Moyen.CRL in vus:
        autre = ", et OCSP" if Moyen.OCSP in vus else ""
        return MOYEN_CRL.respectee(
            f"CRL de l'autorité de l'opérateur obtenue{autre}",
            recu=", ".join(sorted(vus)),
            ou="publication de l'IGC",
            echanges=numeros,
        )
    if Moyen.OCSP in vus:
        return MOYEN_CRL.a_regarder(
            "révocation contrôlée par OCSP seul : MSS/CONF.22 ne vaut que pour les CRL ; à confirmer par l'éditeur",
            recu="OCSP",
            ou="publication de l'IGC",
            echanges=numeros,
        )
    return MOYEN_CRL.a_regarder(
        "aucune demande de CRL ni d'OCSP n'a été vue depuis le début de la campagne : le banc ne peut pas dire comment "
        "la révocation est contrôlée (source secondaire : Référentiel socle MSSanté #2, ECO.1.1.6)",
        recu="ni CRL ni OCSP",
        ou="publication de l'IGC",
    )


@verification(CRL_GARDEE)
def connexion_sans_crl_courante(
    protocole: str, face: Sequence[Session], temoins: Sequence[Session], vus: frozenset[Moyen], circonstance: str
) -> Constat:
    """Alors que la CRL courante ne peut pas être obtenue, la connexion à l'opérateur en règle s'établit.

    `temoins` : connexions à l'opérateur en règle, CRL disponible et OCSP muet ; ce qui échoue ensuite tient à la CRL.
    `circonstance` : ce qui arrive à la CRL.
    """
    nom = protocole.upper()
    sessions = [s for s in face if s.protocole == protocole]
    if not acceptees(temoins, protocole):
        if Moyen.OCSP in vus and any(s.protocole == protocole for s in temoins):
            return CRL_GARDEE.a_regarder(
                f"{nom} : sans réponse OCSP, aucune connexion ne s'établit : la CRL n'est pas le moyen de contrôle",
                recu="OCSP nécessaire",
                ou=f"connexion {nom}",
            )
        return CRL_GARDEE.sans_objet(f"{nom} : aucune connexion acceptée avant que la CRL ne manque")
    if not sessions:
        return CRL_GARDEE.sans_objet(f"{nom} : aucune connexion tentée alors que {circonstance}")
    bonnes = acceptees(sessions, protocole)
    ou = f"connexion {nom} {sessions[0].connexion}"
    if bonnes:
        return CRL_GARDEE.respectee(
            f"{nom} : connexion établie alors que {circonstance}",
            recu=", ".join(s.connexion for s in bonnes[:3]),
            ou=ou,
            echanges=tuple(s.numeros[0] for s in bonnes[:3]),
        )
    recu = ", ".join(f"{s.connexion} : {attitude(s)}" for s in sessions[:3])
    if Moyen.CRL not in vus:
        return CRL_GARDEE.a_regarder(
            f"{nom} : connexion impossible alors que {circonstance}, mais aucune CRL n'avait été obtenue",
            recu=recu,
            ou=ou,
        )
    return CRL_GARDEE.enfreinte(
        f"{nom} : la connexion échoue alors que {circonstance}, malgré une CRL obtenue plus tôt et encore valable",
        attendu="connexion établie avec la dernière CRL conservée",
        recu=recu,
        ou=ou,
        echanges=tuple(s.numeros[0] for s in sessions[:3]),
    )


@verification(CRL_GARDEE_EMPLOYEE, REVOQUE)
def revoque_refuse_sans_crl(
    protocole: str, face: Sequence[Session], temoins: Sequence[Session], vus: frozenset[Moyen]
) -> Constat:
    """CRL courante introuvable, opérateur révoqué dans la CRL obtenue plus tôt : il est refusé.

    Si aucune CRL n'a jamais été obtenue, la faute n'est pas de ne pas l'avoir gardée mais de ne pas contrôler.
    """
    nom = protocole.upper()
    regle = CRL_GARDEE_EMPLOYEE if Moyen.CRL in vus else REVOQUE
    sessions = [s for s in face if s.protocole == protocole and s.certificat_serveur.startswith("revoque")]
    if not sessions:
        return regle.sans_objet(f"{nom} : aucune connexion n'a rencontré l'opérateur au certificat révoqué")
    fautes = [s for s in sessions if attitude(s) in (Attitude.ACCEPTE, Attitude.EN_CLAIR)]
    ou = f"connexion {nom} {sessions[0].connexion}"
    if fautes:
        return regle.enfreinte(
            f"{nom} : un opérateur au certificat révoqué est accepté quand la CRL courante manque",
            attendu="connexion refusée : le certificat est dans la dernière CRL valable",
            recu=", ".join(f"{s.connexion} : {attitude(s)}" for s in fautes[:3]),
            ou=ou,
            echanges=tuple(s.numeros[0] for s in fautes[:3]),
        )
    if not acceptees(temoins, protocole):
        return regle.sans_objet(f"{nom} : aucune connexion acceptée auprès d'un opérateur en règle, sans CRL courante")
    attitudes = {attitude(s) for s in sessions}
    if any(attitude(s) is Attitude.HESITE and not renonce_ensuite(s) for s in sessions):
        return regle.a_regarder(
            f"{nom} : la poignée a abouti, rien ne dit si le client aurait poursuivi", recu="canal ouvert", ou=ou
        )
    if attitudes == {Attitude.RENONCE}:
        return regle.sans_objet(f"{nom} : le client a fermé avant STARTTLS, il n'a pas vu le certificat révoqué")
    return regle.respectee(
        f"{nom} : opérateur révoqué refusé sans CRL courante",
        recu=", ".join(f"{s.connexion} : {attitude(s)}" for s in sessions[:3]),
        ou=ou,
        echanges=tuple(s.numeros[0] for s in sessions[:3]),
    )
