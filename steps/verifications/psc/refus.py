"""Un jeton ou un retour fautif n'ouvre pas de session (PSC-REF), un jeton inhabituel mais juste l'ouvre (PSC-ACC).

    refus_attendu(panne, tentative, temoin) -> list[Constat]
    acceptation_attendue(panne, tentative, temoin) -> list[Constat]    cle_tournee, userinfo_jwt, userinfo_sans_exercice
    retour_rejoue(tentative) -> Constat      adresse du retour ouverte deux fois, ou portant deux codes

`panne` : nom de la panne jouée par le simulateur (clés de `FAUTES`, de `ADMISES`). `temoin` : la même personne, le même
logiciel, sans panne, dans le même scénario, session ouverte puis fermée avant la tentative ; sans lui, non concluant.
Les échanges de la tentative vont jusqu'après un geste qui se servirait du jeton (DMP, INSi, MSSanté), s'il y en a un.
"""

from __future__ import annotations

from reports.constat import Constat
from steps.verifications.psc import regles_refus as r
from steps.verifications.psc.lecture import CODE, numeros
from steps.verifications.psc.regles_refus import ADMISES, FAUTES
from steps.verifications.psc.tentative import Tentative, dire
from steps.verifications.registre import verification

_OU = "session montrée par le logiciel"
_RETOURS = frozenset({"state_faux", "state_absent", "code_absent", "iss_faux", "refus_personne", "autorisation_erreur"})


@verification(*dict.fromkeys(FAUTES.values()), r.USAGE, r.CODE_ECHANGE, r.USERINFO_AVANT)
def refus_attendu(panne: str, tentative: Tentative, temoin: Tentative) -> list[Constat]:
    """Le logiciel n'ouvre pas de session et n'emploie pas ce qui est fautif."""
    regle = FAUTES[panne]
    if manque := _impossible(panne, tentative, temoin):
        return [regle.sans_objet(manque, echanges=tentative.jouee(panne))]
    n = tentative.jouee(panne)
    if regle is r.NONCE and not any(d.un("nonce") for d in tentative.dialogue.demandes):
        return [regle.a_regarder("La demande n'avait pas de nonce : le logiciel n'en a aucun à comparer.", echanges=n)]
    if tentative.ouverte and regle is r.SUJET_USERINFO:
        return [_userinfo_ecarte(tentative, n)]
    if tentative.ouverte and regle is r.INDISPONIBLE and _identite(tentative) == tentative.identifiant:
        return [regle.respectee("session ouverte sur l'identité de l'ID token", recu=dire(tentative.session), ou=_OU)]
    if tentative.ouverte:
        constats = [
            regle.enfreinte(
                f"Le logiciel ouvre une session malgré la faute « {panne} ».", attendu="aucune session",
                recu=dire(tentative.session), ou=_OU, echanges=n,
            )
        ]  # fmt: skip
    elif tentative.ouverte is None:
        constats = [regle.sans_objet("le logiciel n'a pas montré s'il ouvrait une session", echanges=n)]
    else:
        constats = [regle.respectee(f"{regle.titre} ({panne})", recu=dire(tentative.session), ou=_OU, echanges=n)]
    return [*constats, *_employe(panne, tentative, n)]


@verification(*dict.fromkeys(ADMISES.values()), r.RELECTURE)
def acceptation_attendue(panne: str, tentative: Tentative, temoin: Tentative) -> list[Constat]:
    """Le logiciel ouvre la session : la clé neuve est publiée, UserInfo est signé, l'exercice manque."""
    regle = ADMISES[panne]
    if manque := _impossible(panne, tentative, temoin):
        return [regle.sans_objet(manque, echanges=tentative.jouee(panne))]
    n = tentative.jouee(panne)
    constats = []
    if tentative.ouverte is None:
        return [regle.sans_objet("le logiciel n'a pas montré s'il ouvrait une session", echanges=n)]
    if tentative.ouverte and _identite(tentative) in ("", tentative.identifiant):
        constats.append(regle.respectee(recu=dire(tentative.session), ou=_OU, echanges=n))
    elif regle is r.SANS_EXERCICE and not tentative.ouverte and tentative.resultat == "refuse" and tentative.messages:
        constats.append(
            regle.a_regarder(
                "L'accès est refusé : vérifier que le message dit pourquoi.",
                recu=" ".join(tentative.messages)[:300], ou=_OU, echanges=n,
            )
        )  # fmt: skip
    else:
        constats.append(
            regle.enfreinte(
                f"Le logiciel n'ouvre pas la session de cette personne ({panne}).",
                attendu=f"session ouverte ({tentative.identifiant})", recu=dire(tentative.session), ou=_OU, echanges=n,
            )
        )  # fmt: skip
    if panne == "cle_tournee":
        constats.append(_relecture(tentative, n))
    return constats


@verification(r.REJEU)
def retour_rejoue(tentative: Tentative) -> Constat:
    """Le retour présenté deux fois (adresse rouverte, page rechargée) ne fait envoyer le code qu'une fois."""
    codes = tentative.dialogue.par_grant(CODE)
    if not codes and (n := tentative.jouee("retour_double")) and tentative.ouverte is False:
        return r.REJEU.respectee("le retour qui porte deux codes est refusé", recu="aucun appel", ou=_OU, echanges=n)
    if not codes:
        return r.REJEU.sans_objet("aucun code n'a été échangé")
    par_code = {a.un("code"): sum(1 for b in codes if b.un("code") == a.un("code")) for a in codes}
    ou, attendu = "point de jetons, code", "un seul appel par code"
    if max(par_code.values()) > 1:
        return r.REJEU.enfreinte(
            "Le code du retour rejoué est envoyé de nouveau.", attendu=attendu,
            recu=f"{max(par_code.values())} appels avec le même code", ou=ou, echanges=numeros(codes),
        )  # fmt: skip
    return r.REJEU.respectee(recu="un appel", ou=ou, echanges=numeros(codes))


def _impossible(panne: str, tentative: Tentative, temoin: Tentative) -> str:
    """Pourquoi rien ne peut être conclu ; vide si tout est là."""
    if not tentative.jouee(panne):
        return f"la panne « {panne} » n'a pas été jouée : le logiciel n'est pas allé jusque-là"
    if not temoin.ouverte or not temoin.dialogue.emis:
        return "la connexion témoin de la même personne, sans panne, n'a pas abouti : le refus ne prouverait rien"
    if temoin.identifiant != tentative.identifiant:
        return "la connexion témoin est celle d'une autre personne"
    return ""


def _employe(panne: str, tentative: Tentative, n: tuple[int, ...]) -> list[Constat]:
    """Ce que le logiciel fait ensuite du code ou du jeton fautif."""
    if panne in _RETOURS:
        codes = [a for a in tentative.dialogue.par_grant(CODE) if a.numero > n[0]]
        if codes:
            return [
                r.CODE_ECHANGE.enfreinte(
                    f"Le code d'un retour fautif ({panne}) est échangé.", attendu="aucun appel au point de jetons",
                    recu=f"{len(codes)} appel(s)", ou="point de jetons", echanges=numeros(codes),
                )
            ]  # fmt: skip
        return [r.CODE_ECHANGE.respectee(recu="aucun appel au point de jetons", ou="point de jetons", echanges=n)]
    fautifs = (*tentative.dialogue.jetons, *tentative.dialogue.userinfos)
    sessions = {a.note("session") for a in fautifs if a.numero in n} - {""}
    if not sessions:
        return []
    employes = [u for u in tentative.usages if u.numero > n[0] and u.session in sessions]
    if employes:
        return [
            r.USAGE.enfreinte(
                f"Un jeton reçu avec la faute « {panne} » est présenté à un service.", attendu="aucun usage",
                recu=", ".join(sorted({u.service for u in employes})), ou="services appelés avec un jeton",
                echanges=numeros(employes),
            )
        ]  # fmt: skip
    constats = [r.USAGE.respectee(recu="aucun usage", ou="services appelés avec un jeton", echanges=n)]
    lus = [a for a in tentative.dialogue.userinfos if a.numero > n[0] and a.note("session") in sessions]
    if lus and not tentative.ouverte:
        constats.append(
            r.USERINFO_AVANT.signalee(
                "UserInfo est lu avant que l'ID token soit vérifié.", attendu="l'ID token vérifié d'abord",
                recu=f"{len(lus)} appel(s) à UserInfo", ou="UserInfo", echanges=numeros(lus),
            )
        )  # fmt: skip
    return constats


def _userinfo_ecarte(tentative: Tentative, n: tuple[int, ...]) -> Constat:
    """Une session ouverte sur l'ID token seul est admise si rien d'UserInfo n'y est repris."""
    session = tentative.session or {}
    recu, situations = _identite(tentative), session.get("situations")
    if recu in ("", tentative.identifiant) and not situations:
        return r.SUJET_USERINFO.a_regarder(
            "La session est ouverte : vérifier que rien d'UserInfo n'y est repris.", recu=dire(session), ou=_OU,
            echanges=n,
        )  # fmt: skip
    return r.SUJET_USERINFO.enfreinte(
        "Le logiciel reprend un UserInfo dont le sub n'est pas celui de l'ID token.",
        attendu="aucune session, ou une session sans rien d'UserInfo",
        recu=f"{dire(session)}, {len(situations or ())} situation(s) d'exercice", ou=_OU, echanges=n,
    )  # fmt: skip


def _relecture(tentative: Tentative, n: tuple[int, ...]) -> Constat:
    """Le JWKS est relu après le jeton signé par la clé neuve, ou juste avant (lu à chaque connexion)."""
    relus = [a for a in tentative.dialogue.jwks if a.reussi]
    ou = "JWKS"
    if relus:
        return r.RELECTURE.respectee(recu=f"{len(relus)} lecture(s)", ou=ou, echanges=(*n, *numeros(relus)))
    return r.RELECTURE.enfreinte(
        "Le jeton signé par une clé neuve est accepté sans relire le JWKS : sa signature n'a pas pu être vérifiée.",
        attendu="une lecture du JWKS", recu="aucune", ou=ou, echanges=n,
    )  # fmt: skip


def _identite(tentative: Tentative) -> str:
    return str((tentative.session or {}).get("identifiant_national") or "")
