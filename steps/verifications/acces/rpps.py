"""Règles du numéro RPPS d'un compte : cherché à la création, cherché de nouveau tant qu'il manque, contrôlé ensuite."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import unquote_plus

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.acces.contexte import REM, Compte, en_texte
from steps.verifications.annuaire.contexte import comparable
from steps.verifications.cda.jugement import juger
from steps.verifications.registre import verification

R_TROUVE = Regle(
    "ACC-RPPS-01", "Le compte créé est associé au numéro RPPS du professionnel déclaré",
    REM.format("SSI/IE.30, scénario SSI/IE.30.01"), Confiance.OFFICIELLE,
    "À la création d'un compte, cherchez dans l'annuaire le RPPS de la personne et associez-le au compte.",
)  # fmt: skip
R_SIGNALE = Regle(
    "ACC-RPPS-02", "Un numéro RPPS qui n'a pas pu être trouvé est signalé",
    REM.format("SSI/IE.30, scénario SSI/IE.30.02"), Confiance.OFFICIELLE,
    "Dites, à la création ou sur la fiche, que la recherche n'a pas abouti.",
)  # fmt: skip
R_AUCUN = Regle(
    "ACC-RPPS-03", "Sans numéro trouvé, le compte n'est associé à aucun RPPS",
    REM.format("SSI/IE.30, scénario SSI/IE.30.02"), Confiance.OFFICIELLE,
    "Laissez le RPPS vide tant que l'annuaire ne l'a pas donné.",
)  # fmt: skip
R_REPRISE = Regle(
    "ACC-RPPS-04", "La recherche du RPPS reprend d'elle-même, régulièrement, jusqu'à l'association",
    REM.format("SSI/IE.30, scénario SSI/IE.30.02"), Confiance.OFFICIELLE,
    "Planifiez une nouvelle recherche après chaque échec, sans action de personne.",
)  # fmt: skip
R_CONTROLE = Regle(
    "ACC-RPPS-05", "Le numéro RPPS de chaque compte est contrôlé au moins tous les deux ans",
    REM.format("SSI/IE.30, scénario SSI/IE.30.03"), Confiance.OFFICIELLE,
    "Interrogez de nouveau l'annuaire sur chaque RPPS, au plus tard deux ans après la dernière fois.",
)  # fmt: skip

_NON_TROUVE = ("introuvable", "indisponible")
_NEGATIONS = {
    "pas", "non", "ne", "n", "aucun", "aucune", "sans", "introuvable", "inconnu", "inconnue", "absent", "absente",
    "manque", "manquant", "indisponible", "injoignable", "impossible", "echec", "echoue", "erreur",
}  # fmt: skip


@verification(R_TROUVE)
def rpps_associe(compte: Compte | None, rpps: str, quoi: str, dit: str) -> Constat:
    """Le RPPS que l'annuaire publie pour cette personne, que le banc n'a jamais donné au logiciel."""
    recu = str((compte or {}).get("rpps") or "")
    return juger(
        R_TROUVE, recu.removeprefix("8")[-11:] == rpps, f"{quoi} : le compte n'est pas associé au RPPS de la personne",
        attendu=rpps, recu=recu or f"aucun RPPS ({dit})", ou=quoi,
    )  # fmt: skip


@verification(R_SIGNALE)
def absence_signalee(compte: Compte | None, messages: Sequence[str], quoi: str, *, temoin: bool) -> Constat:
    """Un message le dit à la création, ou l'état de la recherche sur la fiche ; un compte trouvé, lui, n'alerte pas.

    Un message qui parle du RPPS sans rien nier (« recherche du RPPS lancée ») ne dit pas qu'il manque : à regarder.
    """
    if not temoin:
        return R_SIGNALE.sans_objet("aucun compte n'a trouvé son RPPS : le signalement ne prouve rien")
    etat = str(((compte or {}).get("recherche_rpps") or {}).get("etat") or "")
    parlent = [message for message in messages if _mots(message) & {"rpps", "annuaire", "repertoire"}]
    dits = [message for message in parlent if _mots(message) & _NEGATIONS]
    if parlent and not dits and etat not in _NON_TROUVE:
        return R_SIGNALE.a_regarder(
            f"{quoi} : un message parle du RPPS ; dire s'il signale qu'il n'est pas trouvé", recu="; ".join(parlent),
            ou=quoi,
        )  # fmt: skip
    return juger(
        R_SIGNALE, bool(dits) or etat in _NON_TROUVE, f"{quoi} : rien ne dit que le RPPS n'a pas été trouvé",
        attendu="un message, ou l'état de la recherche sur la fiche",
        recu="; ".join(dits) or (f"état de la recherche : {etat}" if etat else " ; ".join(messages)), ou=quoi,
    )  # fmt: skip


def _mots(message: str) -> set[str]:
    return set(comparable(message).split())


@verification(R_AUCUN)
def aucun_rpps(compte: Compte | None, quoi: str) -> Constat:
    """Le compte existe, sans numéro inventé ni pris à un autre."""
    if compte is None:
        return R_AUCUN.a_regarder(f"{quoi} : le compte n'est pas créé ; il peut l'être sans RPPS, à vérifier", ou=quoi)
    recu = str(compte.get("rpps") or "")
    return juger(
        R_AUCUN, not recu, f"{quoi} : un numéro que l'annuaire n'a pas donné est associé au compte", attendu="aucun",
        recu=recu or "aucun", ou=quoi,
    )  # fmt: skip


@verification(R_REPRISE)
def recherche_reprise(recherches: Sequence[Sequence[Echange]], quoi: str) -> Constat:
    """Une recherche vue dans chaque période laissée passer, alors que l'annuaire ne connaissait pas la personne."""
    if not recherches:
        return R_REPRISE.sans_objet(f"{quoi} : aucune période de reprise n'a été laissée passer")
    muettes = [rang for rang, vues in enumerate(recherches, 1) if not vues]
    numeros = tuple(echange.numero for vues in recherches for echange in vues)
    return juger(
        R_REPRISE, not muettes, f"{quoi} : la recherche du RPPS n'est pas reprise", attendu="une recherche par période",
        recu=f"aucune dans la période {', '.join(map(str, muettes))}" if muettes
        else f"{len(numeros)} appels en {len(recherches)} périodes", ou="échanges avec l'annuaire", echanges=numeros,
    )  # fmt: skip


@verification(R_REPRISE)
def association_finale(compte: Compte | None, rpps: str, quoi: str) -> Constat:
    """Une fois la personne publiée et la période passée, le compte porte son RPPS sans que personne n'agisse."""
    recu = str((compte or {}).get("rpps") or "")
    return juger(
        R_REPRISE, recu.removeprefix("8")[-11:] == rpps,
        f"{quoi} : la personne est publiée, le compte n'a toujours pas son RPPS", attendu=rpps,
        recu=recu or "aucun RPPS", ou=quoi,
    )  # fmt: skip


@verification(R_CONTROLE)
def rpps_controle(echanges: Sequence[Echange], comptes: Sequence[tuple[str, str]], duree: str) -> list[Constat]:
    """Pour chaque (nom du compte, RPPS) : l'annuaire a été interrogé à son sujet pendant cette durée."""
    if not comptes:
        return [R_CONTROLE.sans_objet("aucun compte associé à un RPPS : rien à contrôler")]
    constats = []
    for quoi, rpps in comptes:
        vus = concernant(echanges, rpps=rpps)
        constats.append(_controle(quoi, rpps, vus, duree))
    return constats


def _controle(quoi: str, rpps: str, vus: Sequence[Echange], duree: str) -> Constat:
    return juger(
        R_CONTROLE, bool(vus), f"{quoi} : aucun contrôle du RPPS {rpps} en {duree}",
        attendu="une interrogation de l'annuaire", recu=en_texte([e.requete.cible[:80] for e in vus][:2]), ou=quoi,
        echanges=tuple(e.numero for e in vus),
    )  # fmt: skip


def concernant(echanges: Sequence[Echange], *, rpps: str = "", nom: str = "") -> list[Echange]:
    """Les appels à l'annuaire qui portent sur ce RPPS ou ce nom, ou qui en chargent l'extraction entière."""
    cherches = [comparable(mot) for mot in (rpps, nom) if mot]
    return [
        echange
        for echange in echanges
        if echange.operation.startswith("extraction")
        or any(mot in comparable(unquote_plus(_demande(echange))) for mot in cherches)
    ]


def _demande(echange: Echange) -> str:
    """La cible et, pour une recherche postée, son formulaire."""
    requete = echange.requete
    corps = requete.corps.octets if requete.methode == "POST" else b""
    return f"{requete.cible}?{corps.decode('utf-8', 'replace')}"
