"""Le flux CIBA (PSC-CIBA) : demande, code à deux chiffres, interrogation du point de jetons, arrêt.

verifier_ciba(dialogue, client, affiches, canaux, identifiants) -> list[Constat]
    `affiches` : codes montrés par le logiciel (ouvrir_connexion, code_affiche), dans l'ordre des demandes ;
    `canaux`, `identifiants` : ce que l'utilisateur a choisi et saisi, dans le même ordre (vides : non comparés).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from reports.constat import Confiance, Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.psc import sources
from steps.verifications.psc.contexte import ClientDeclare
from steps.verifications.psc.lecture import CIBA, Appel, Dialogue, numeros
from steps.verifications.registre import verification

CANAL = Regle(
    "PSC-CIBA-01", "channel vaut CARD ou MOBILE, selon le choix de l'utilisateur", sources.EXEMPLES,
    Confiance.DOCUMENTEE, "Envoyer channel=CARD (carte CPx) ou channel=MOBILE (application e-CPS).",
)  # fmt: skip
MESSAGE = Regle(
    "PSC-CIBA-02", "binding_message a deux chiffres", sources.EXEMPLES, Confiance.DOCUMENTEE,
    "Tirer un nombre de 00 à 99 et l'envoyer sur deux chiffres.",
)  # fmt: skip
AFFICHE = Regle(
    "PSC-CIBA-03", "Le code montré à l'utilisateur est celui envoyé", sources.EXEMPLES, Confiance.DOCUMENTEE,
    "Montrer à l'écran, avant de l'envoyer, le code de binding_message.",
)  # fmt: skip
TIRE = Regle(
    "PSC-CIBA-04", "binding_message est tiré à chaque demande", sources.EXEMPLES, Confiance.DOCUMENTEE,
    "Tirer le code au hasard à chaque demande.",
)  # fmt: skip
SCOPE = Regle(
    "PSC-CIBA-05", "scope contient openid et scope_all", sources.EXEMPLES, Confiance.DOCUMENTEE,
    "Envoyer scope=openid scope_all.",
)  # fmt: skip
ACR = Regle(
    "PSC-CIBA-06", "acr_values vaut eidas1",
    f"{sources.EXEMPLES} ; EX PSC 16 le dit de la demande d'autorisation", Confiance.DOCUMENTEE,
    "Ajouter acr_values=eidas1 à la demande CIBA.",
)  # fmt: skip
INDICE = Regle(
    "PSC-CIBA-07", "login_hint est l'identifiant national de l'utilisateur", sources.EXEMPLES, Confiance.DOCUMENTEE,
    "Envoyer l'identifiant national saisi, tel quel, dans login_hint.",
)  # fmt: skip
INTERVALLE = Regle(
    "PSC-CIBA-08", "Le point de jetons est interrogé à l'intervalle annoncé", sources.CIBA.format("7.3 et 11"),
    Confiance.OFFICIELLE, "Attendre interval secondes entre deux appels (5 s par défaut, 5 de plus après slow_down).",
)  # fmt: skip
ARRET = Regle(
    "PSC-CIBA-09", "L'interrogation s'arrête quand la demande est finie", sources.CIBA.format("11"),
    Confiance.OFFICIELLE, "Ne plus appeler après les jetons, expired_token, access_denied ou invalid_grant.",
)  # fmt: skip

_CANAUX = ("CARD", "MOBILE")
_DEUX_CHIFFRES = re.compile(r"[0-9]{2}")
_PAR_DEFAUT = 5.0
_AJOUT = 5.0
_TOLERANCE = 0.1
"""Part de l'intervalle : un client à la cadence juste est vu un peu plus tôt ou plus tard par le serveur."""
_FINIE = frozenset({"expired", "denied", "remis"})
_OU = "demande CIBA, {}"


@rejouable
def verifier_ciba(
    dialogue: Dialogue,
    client: ClientDeclare,
    affiches: Sequence[str] = (),
    canaux: Sequence[str] = (),
    identifiants: Sequence[str] = (),
) -> list[Constat]:
    """Toutes les demandes CIBA et leurs interrogations."""
    return [*demandes(dialogue, client, affiches, canaux, identifiants), *interrogations(dialogue)]


@verification(CANAL, MESSAGE, AFFICHE, TIRE, SCOPE, ACR, INDICE)
def demandes(
    dialogue: Dialogue,
    client: ClientDeclare,
    affiches: Sequence[str] = (),
    canaux: Sequence[str] = (),
    identifiants: Sequence[str] = (),
) -> list[Constat]:
    """Les paramètres de chaque demande ; le code montré ; le code change d'une demande à l'autre."""
    if not dialogue.ciba:
        return [CANAL.sans_objet("aucune demande CIBA n'est arrivée au fournisseur d'identité")]
    constats: list[Constat] = []
    for rang, demande in enumerate(dialogue.ciba):
        constats += [
            *_canal(demande, _au_rang(canaux, rang, len(dialogue.ciba))), _message(demande),
            *_affiche(demande, _au_rang(affiches, rang, len(dialogue.ciba))), *_scope(demande, client),
            *_indice(demande, _au_rang(identifiants, rang, len(dialogue.ciba))),
        ]  # fmt: skip
    return [*constats, *_tire(dialogue.ciba)]


def _au_rang(valeurs: Sequence[str], rang: int, nombre: int) -> str | None:
    """La valeur de cette demande, si chacune a la sienne."""
    return valeurs[rang] if len(valeurs) == nombre else None


def _lu(demande: Appel, nom: str) -> str:
    return demande.un(nom) or demande.note(nom)


def _canal(demande: Appel, voulu: str | None) -> list[Constat]:
    recu, n, ou = _lu(demande, "channel") or demande.note("canal"), (demande.numero,), _OU.format("channel")
    admis = (voulu,) if voulu else _CANAUX
    if recu in admis:
        return [CANAL.respectee(recu=recu, ou=ou, echanges=n)]
    return [CANAL.enfreinte("channel n'a pas la valeur attendue.", attendu=" ou ".join(admis), recu=recu or "absent",
                            ou=ou, echanges=n)]  # fmt: skip


def _message(demande: Appel) -> Constat:
    recu, n, ou = _lu(demande, "binding_message"), (demande.numero,), _OU.format("binding_message")
    if _DEUX_CHIFFRES.fullmatch(recu):
        return MESSAGE.respectee(recu=recu, ou=ou, echanges=n)
    return MESSAGE.enfreinte("binding_message n'a pas deux chiffres.", attendu="00 à 99", recu=recu[:60] or "absent",
                             ou=ou, echanges=n)  # fmt: skip


def _affiche(demande: Appel, affiche: str | None) -> list[Constat]:
    if affiche is None:
        return []
    envoye, n, ou = _lu(demande, "binding_message"), (demande.numero,), "code montré à l'utilisateur"
    if affiche and affiche.strip() == envoye:
        return [AFFICHE.respectee(recu=affiche, ou=ou, echanges=n)]
    return [AFFICHE.enfreinte("Le code montré n'est pas celui envoyé.", attendu=envoye or "le code envoyé",
                              recu=affiche or "aucun", ou=ou, echanges=n)]  # fmt: skip


def _scope(demande: Appel, client: ClientDeclare) -> list[Constat]:
    scopes, n, ou = demande.un("scope").split(), (demande.numero,), _OU.format("scope")
    attendu = client.fournisseur.scopes
    constats = [
        SCOPE.respectee(recu=" ".join(scopes)[:200], ou=ou, echanges=n)
        if set(attendu) <= set(scopes)
        else SCOPE.enfreinte("scope n'a pas les valeurs attendues.", attendu=" ".join(attendu),
                             recu=" ".join(scopes)[:200] or "absent", ou=ou, echanges=n)
    ]  # fmt: skip
    if client.fournisseur.acr:
        recu, ou = _lu(demande, "acr_values") or demande.note("acr"), _OU.format("acr_values")
        constats.append(
            ACR.respectee(recu=recu, ou=ou, echanges=n)
            if recu == client.fournisseur.acr
            else ACR.enfreinte("acr_values n'a pas la valeur attendue.", attendu=client.fournisseur.acr,
                               recu=recu[:60] or "absent", ou=ou, echanges=n)
        )  # fmt: skip
    return constats


def _indice(demande: Appel, saisi: str | None) -> list[Constat]:
    if saisi is None:
        return []
    recu, n, ou = demande.un("login_hint") or demande.note("identifiant"), (demande.numero,), _OU.format("login_hint")
    if recu == saisi:
        return [INDICE.respectee(recu=recu, ou=ou, echanges=n)]
    return [INDICE.enfreinte("login_hint n'est pas l'identifiant saisi.", attendu=saisi, recu=recu[:60] or "absent",
                             ou=ou, echanges=n)]  # fmt: skip


def _tire(ciba: Sequence[Appel]) -> list[Constat]:
    messages = [_lu(d, "binding_message") for d in ciba]
    ou, n, recu = _OU.format("binding_message"), numeros(ciba), ", ".join(messages)[:120]
    if len(messages) < 2:
        return []
    if len(set(messages)) > 1:
        return [TIRE.respectee(recu=recu, ou=ou, echanges=n)]
    if len(messages) == 2:
        return [TIRE.a_regarder("Deux demandes ont le même code ; le hasard le donne une fois sur cent.", recu=recu,
                                ou=ou, echanges=n)]  # fmt: skip
    return [TIRE.enfreinte("Toutes les demandes ont le même code.", attendu="un code tiré à chaque demande", recu=recu,
                           ou=ou, echanges=n)]  # fmt: skip


@verification(INTERVALLE, ARRET)
def interrogations(dialogue: Dialogue) -> list[Constat]:
    """L'intervalle entre deux appels et l'arrêt, demande par demande ; le premier appel peut être immédiat."""
    constats = []
    appels = dialogue.par_grant(CIBA)
    for cle in dict.fromkeys(_demande(a) for a in appels):
        suite = [a for a in appels if _demande(a) == cle]
        constats += [_intervalle(suite, dialogue), _arret(suite)]
    return constats


def _demande(appel: Appel) -> str:
    return appel.note("auth_req_id") or appel.un("auth_req_id")


def _intervalle(suite: Sequence[Appel], dialogue: Dialogue) -> Constat:
    origine = next((d for d in dialogue.ciba if d.note("auth_req_id") == _demande(suite[0])), None)
    voulu = (_nombre(origine.note("intervalle")) if origine else None) or _PAR_DEFAUT
    ou, attendu = "point de jetons, intervalle entre deux appels", f"{voulu:g} s au moins"
    vus = []
    for precedent, appel in pairwise(suite):
        if precedent.note("ciba") == "slow_down":
            voulu += _AJOUT
        ecoule = _nombre(appel.note("intervalle"))
        if ecoule is None:
            ecoule = (appel.echange.debut - precedent.echange.fin).total_seconds()
        vus.append(ecoule)
        if ecoule < voulu * (1 - _TOLERANCE):
            return INTERVALLE.enfreinte(
                "Le point de jetons est interrogé trop tôt.", attendu=f"{voulu:g} s au moins", recu=f"{ecoule:.1f} s",
                ou=ou, echanges=(precedent.numero, appel.numero),
            )  # fmt: skip
    recu = f"{min(vus):.1f} s au plus court" if vus else "un seul appel"
    return INTERVALLE.respectee(recu=f"{recu} (attendu : {attendu})", ou=ou, echanges=numeros(suite))


def _arret(suite: Sequence[Appel]) -> Constat:
    ou = "point de jetons"
    fin = next((rang for rang, a in enumerate(suite) if a.note("ciba") in _FINIE or _fatale(a)), None)
    if fin is None or fin == len(suite) - 1:
        etat = suite[-1].note("ciba") or "sans issue"
        return ARRET.respectee(recu=f"{len(suite)} appel(s), dernier état : {etat}", ou=ou, echanges=numeros(suite))
    return ARRET.enfreinte(
        "Le point de jetons est encore interrogé après la fin de la demande.",
        attendu=f"aucun appel après {suite[fin].note('ciba') or suite[fin].note('refus')}",
        recu=f"{len(suite) - fin - 1} appel(s) de plus", ou=ou, echanges=numeros(suite[fin:]),
    )  # fmt: skip


def _fatale(appel: Appel) -> bool:
    return appel.note("refus") in ("invalid_grant", "expired_token", "access_denied", "unauthorized_client")


def _nombre(texte: str) -> float | None:
    try:
        return float(texte.replace(",", "."))
    except ValueError:
        return None
