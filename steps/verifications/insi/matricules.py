"""Matricules envoyés : données de carte Vitale, clé, OID de l'INS à vérifier."""

from __future__ import annotations

from reports.constat import Confiance, Constat, Regle
from simulators.insi.enveloppe import Matricule
from simulators.socle.identites import cle_nir
from steps.verifications.insi.appels import Appel
from steps.verifications.insi.contexte import ContexteInsi
from steps.verifications.insi.sources import BANC
from steps.verifications.registre import verification

CARTE = Regle(
    "INSI-CAR-01",
    "Une recherche par carte donne un matricule et la date de naissance",
    f"{BANC}, d'après les appels d'un moteur de facturation",
    Confiance.DEDUITE,
    "Envoyer le NIR certifié du bénéficiaire s'il est sur la carte, le matricule de l'assuré et la date de naissance.",
)
CLE = Regle(
    "INSI-MAT-01",
    "La clé d'un matricule, si elle est envoyée, est celle de ses treize caractères",
    "Clé du NIR : 97 moins le reste par 97 (INSEE), 2A valant 19 et 2B valant 18",
    Confiance.DOCUMENTEE,
    "Recalculer la clé, ou ne pas l'envoyer.",
)
OID = Regle(
    "INSI-MAT-02",
    "Le matricule à vérifier est accompagné d'un OID de l'INS",
    "Jeux de valeurs FR Core et feuilles de style CDA de l'ANS (OID de l'INS)",
    Confiance.DOCUMENTEE,
    "Envoyer l'OID reçu avec le matricule (…4.8, …4.9 ; …4.10 ou …4.11 en essai).",
)

_RACINE = "1.2.250.1.213.1.4."
_OIDS = frozenset(_RACINE + fin for fin in ("8", "9", "10", "11"))


@verification(CARTE, CLE, OID)
def matricules(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Matricules envoyés : présence, clé, OID."""
    n = (appel.numero,)
    constats: list[Constat] = []
    carte, fourni = appel.carte, appel.ins_fourni
    if carte is not None:
        numeros = [bloc.numero for bloc in (carte.individu, carte.ouvrant_droit) if bloc and bloc.numero]
        complet = bool(numeros) and bool(carte.date_naissance)
        recu = f"{len(numeros)} matricule(s), date {carte.date_naissance or 'absente'}"
        constats.append(
            CARTE.respectee(recu=recu, echanges=n)
            if complet
            else CARTE.enfreinte(
                "données de carte insuffisantes",
                attendu="MatriculeIndividu ou MatriculeOD, et DateNaissance",
                recu=recu,
                ou="/Envelope/Body/RECVITALE",
                echanges=n,
            )
        )
        for nom, bloc in (("MatriculeIndividu", carte.individu), ("MatriculeOD", carte.ouvrant_droit)):
            constats += _cle(bloc, f"/Envelope/Body/RECVITALE/{nom}/Cle", n)
    if fourni is not None:
        ou = "/Envelope/Body//INSFourni"
        constats += _cle(fourni.matricule, f"{ou}/IdIndividu/Cle", n)
        constats.append(
            OID.respectee(recu=fourni.oid or "", echanges=n)
            if fourni.oid in _OIDS
            else OID.enfreinte(
                "OID qui n'est pas de l'INS",
                attendu=", ".join(sorted(_OIDS)),
                recu=fourni.oid or "absent",
                ou=f"{ou}/OID",
                echanges=n,
            )
        )
    return constats


def _cle(bloc: Matricule | None, ou: str, n: tuple[int, ...]) -> list[Constat]:
    if bloc is None or not bloc.cle or not bloc.numero:
        return []
    try:
        attendue = cle_nir(bloc.numero)
    except ValueError:
        attendue = "aucune : le matricule n'a pas treize caractères admis"
    if bloc.cle == attendue:
        return [CLE.respectee(recu=bloc.cle, echanges=n)]
    return [CLE.enfreinte("clé fausse", attendu=attendue, recu=bloc.cle, ou=ou, echanges=n)]
