"""L'identité de Pro Santé Connect dans le logiciel et dans ce qu'il appelle ensuite (PSC-IDE).

    session_de(tentative, userinfo=None) -> list[Constat]     identité et situations d'exercice montrées
    non_rpps(tentative) -> Constat                            identifiant d'une autre forme (ANS…, structure/local)
    propagee(identifiant, portees) -> list[Constat]           DMP, INSi, MSSanté : `portees` = des `Portee`
    jetons_de(identifiant, usages, sessions=()) -> Constat    jetons présentés : de cette personne, de ses sessions
    dans_les_traces(identifiant, traces) -> Constat           journal de traces du logiciel
    sans_confusion(premier, second) -> list[Constat]          deux `Tentative` de suite sur le même poste

`portees_dmp(echanges)`, `portees_insi(echanges)`, `portees_mssante(echanges, titulaires)` lisent ce que les requêtes
portent. `userinfo` : ce que le fournisseur a dit de la personne (objet JSON), pour comparer les situations d'exercice.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from steps.verifications.psc import sources
from steps.verifications.psc.lecture import Usage, numeros
from steps.verifications.psc.portees import Portee, portees_dmp, portees_insi, portees_mssante
from steps.verifications.psc.situations import SITUATIONS, situations
from steps.verifications.psc.tentative import Tentative, dire
from steps.verifications.registre import verification

__all__ = [
    "Portee", "dans_les_traces", "jetons_de", "non_rpps", "portees_dmp", "portees_insi", "portees_mssante", "propagee",
    "sans_confusion", "session_de", "situations",
]  # fmt: skip

MONTREE = Regle(
    "PSC-IDE-01", "La session ouverte est celle de la personne authentifiée (SubjectNameID)",
    f"{sources.REFERENTIEL.format(19)} ; {sources.REM.format('PSC.02')}", Confiance.OFFICIELLE,
    "Prendre l'identifiant dans SubjectNameID, jamais dans une saisie, et rattacher le compte de cette personne.",
)  # fmt: skip
AUTRE_FORME = Regle(
    "PSC-IDE-02", "Un identifiant national qui n'est pas un RPPS est repris tel quel",
    f"{sources.RELEVES}, formes d'identifiant", Confiance.DOCUMENTEE,
    "Garder SubjectNameID entier, sans contrôle de longueur ni retrait de préfixe.",
)  # fmt: skip
VIHF = Regle(
    "PSC-IDE-03", "Le VIHF porte l'identifiant national de Pro Santé Connect",
    f"{sources.REM.format('DMP/AIRS.06')} ; {sources.REM.format('DMP/PSC.01')}", Confiance.OFFICIELLE,
    "Écrire SubjectNameID tel quel dans NameID.",
)  # fmt: skip
INSI = Regle(
    "PSC-IDE-04", "L'assertion envoyée à INSi porte l'identifiant national de Pro Santé Connect",
    f"{sources.REM.format('INS/PSC.01')} ; {sources.REM.format('PSC.10')}", Confiance.OFFICIELLE,
    "Écrire SubjectNameID tel quel dans NameID, NameQualifier PSC.",
)  # fmt: skip
MSSANTE = Regle(
    "PSC-IDE-05", "La BAL ouverte avec le jeton est celle de la personne authentifiée",
    sources.REM.format("PSC.10"), Confiance.OFFICIELLE,
    "N'ouvrir que les BAL de la personne connectée, avec son jeton.",
)  # fmt: skip
JETONS = Regle(
    "PSC-IDE-06", "Les jetons présentés aux services sont ceux de la personne connectée", sources.REM.format("PSC.10"),
    Confiance.OFFICIELLE, "Attacher les jetons à la session de l'utilisateur ; les effacer à sa fermeture.",
)  # fmt: skip
TRACE = Regle(
    "PSC-IDE-07", "Les traces du logiciel disent l'identité de Pro Santé Connect employée",
    f"{sources.REM.format('INS/PSC.01')} et {sources.REM.format('DMP/PSC.01')}, scénarios", Confiance.OFFICIELLE,
    "Tracer l'identifiant national et le moyen d'authentification de chaque appel.",
)  # fmt: skip
CONFUSION = Regle(
    "PSC-IDE-08", "Deux personnes successives sur le même poste ne sont pas confondues", sources.REM.format("PSC.10"),
    Confiance.OFFICIELLE, "Effacer session, jetons et identité à la déconnexion ; ne rien garder par poste.",
)  # fmt: skip

_OU = "session montrée par le logiciel"
_PAR_SERVICE = {"dmp": VIHF, "insi": INSI, "mssante": MSSANTE}


@verification(MONTREE, SITUATIONS)
def session_de(tentative: Tentative, userinfo: Mapping[str, Any] | None = None) -> list[Constat]:
    """La session est ouverte, à l'identifiant de SubjectNameID ; ses situations d'exercice sont celles d'UserInfo."""
    session, attendu = tentative.session, tentative.identifiant
    n = numeros(tentative.dialogue.emis)
    if not n:
        return [MONTREE.sans_objet("aucun jeton n'a été rendu au logiciel : la connexion n'est pas allée au bout")]
    if tentative.ouverte is None:
        return [MONTREE.sans_objet("le logiciel n'a pas montré de session", echanges=n)]
    recu = str((session or {}).get("identifiant_national") or "")
    if not tentative.ouverte or (recu and recu != attendu):
        return [
            MONTREE.enfreinte(
                "La session n'est pas celle de la personne authentifiée.", attendu=f"session ouverte ({attendu})",
                recu=dire(session), ou=_OU, echanges=n,
            )
        ]  # fmt: skip
    if not recu:
        constat = MONTREE.a_regarder("La session est ouverte sans montrer d'identifiant national.", recu=dire(session),
                                     ou=_OU, echanges=n)  # fmt: skip
    else:
        constat = MONTREE.respectee(recu=recu, ou=_OU, echanges=n)
    return [constat, *(situations(session or {}, userinfo, n) if userinfo else [])]


@verification(AUTRE_FORME)
def non_rpps(tentative: Tentative) -> Constat:
    """Session ouverte : l'identifiant est entier. Refusée : à vérifier, la personne peut n'avoir aucun droit."""
    n, session = numeros(tentative.dialogue.emis), tentative.session
    if not n or tentative.ouverte is None:
        return AUTRE_FORME.sans_objet(
            "la connexion n'est pas allée au bout, ou le logiciel n'a rien montré", echanges=n
        )
    if not tentative.ouverte:
        return AUTRE_FORME.a_regarder(
            "La session de cette personne n'est pas ouverte : dire pourquoi (aucun droit, ou identifiant non reconnu).",
            recu=f"{dire(session)} ; {' '.join(tentative.messages)[:200]}", ou=_OU, echanges=n,
        )  # fmt: skip
    recu = str((session or {}).get("identifiant_national") or "")
    if recu == tentative.identifiant:
        return AUTRE_FORME.respectee(recu=recu, ou=_OU, echanges=n)
    return AUTRE_FORME.enfreinte(
        "L'identifiant national est changé.", attendu=tentative.identifiant, recu=recu or "aucun", ou=_OU, echanges=n
    )


@verification(VIHF, INSI, MSSANTE)
def propagee(identifiant: str, portees: Sequence[Portee]) -> list[Constat]:
    """Chaque requête vers un service porte l'identifiant de la personne connectée."""
    if not portees:
        return [VIHF.sans_objet("aucune requête portant une identité n'est arrivée aux services")]
    constats = []
    for service in dict.fromkeys(p.service for p in portees):
        vues = [p for p in portees if p.service == service]
        regle = _PAR_SERVICE[service]
        fausses = [p for p in vues if p.identifiant != identifiant]
        n = tuple(p.numero for p in fausses or vues)
        if fausses:
            constats.append(
                regle.enfreinte(
                    "L'identité portée n'est pas celle de la personne connectée par Pro Santé Connect.",
                    attendu=identifiant, recu=fausses[0].identifiant or "aucune", ou=fausses[0].ou, echanges=n,
                )
            )  # fmt: skip
        else:
            constats.append(regle.respectee(recu=vues[0].identifiant, ou=vues[0].ou, echanges=n))
    return constats


@verification(JETONS)
def jetons_de(identifiant: str, usages: Sequence[Usage], sessions: Sequence[str] = ()) -> Constat:
    """Tous les jetons présentés sont à cette personne, et de l'une de ces sessions du fournisseur s'il y en a."""
    if not usages:
        return JETONS.sans_objet("aucun jeton n'a été présenté à un service")
    autres = [u for u in usages if u.identifiant and u.identifiant != identifiant]
    autres += [u for u in usages if sessions and u.session and u.session not in sessions and u not in autres]
    ou = "services appelés avec un jeton"
    if autres:
        return JETONS.enfreinte(
            "Un jeton d'une autre personne ou d'une autre session est présenté.",
            attendu=f"un jeton de {identifiant}, de sa session", recu=autres[0].identifiant or "une autre session",
            ou=f"{autres[0].service}, jeton", echanges=numeros(autres),
        )  # fmt: skip
    connus = [u for u in usages if u.identifiant]
    if not connus:
        return JETONS.sans_objet("les jetons présentés ne sont pas de ce fournisseur", echanges=numeros(usages))
    return JETONS.respectee(recu=f"{len(connus)} appel(s) de {identifiant}", ou=ou, echanges=numeros(connus))


@verification(TRACE)
def dans_les_traces(identifiant: str, traces: Sequence[Mapping[str, Any]]) -> Constat:
    """Une ligne au moins des traces demandées dit l'identifiant national (ou son RPPS)."""
    ou = "journal de traces du logiciel"
    if not traces:
        return TRACE.enfreinte(
            "Le logiciel ne montre aucune trace de l'appel.", attendu=f"une trace avec {identifiant}", recu="aucune",
            ou=ou,
        )  # fmt: skip
    formes = {identifiant, identifiant[1:] if len(identifiant) == 12 and identifiant.isdigit() else identifiant}
    for trace in traces:
        texte = json.dumps(trace, ensure_ascii=False, default=str)
        if any(forme in texte for forme in formes):
            return TRACE.respectee(recu=identifiant, ou=ou)
    return TRACE.enfreinte(
        "Aucune trace ne dit l'identité de Pro Santé Connect.", attendu=identifiant,
        recu=f"{len(traces)} trace(s) sans lui",
        ou=ou,
    )  # fmt: skip


@verification(CONFUSION)
def sans_confusion(premier: Tentative, second: Tentative) -> list[Constat]:
    """La seconde session est celle de la seconde personne, et plus rien ne part au nom de la première."""
    if premier.identifiant == second.identifiant:
        return [CONFUSION.sans_objet("les deux personnes sont la même")]
    if not premier.ouverte or not second.dialogue.emis or second.ouverte is None:
        return [CONFUSION.sans_objet("les deux connexions ne sont pas allées au bout")]
    n = numeros(second.dialogue.emis)
    recu = str((second.session or {}).get("identifiant_national") or "")
    traits = [(recu, _OU)] + [(u.identifiant, f"{u.service}, jeton") for u in second.usages]
    for vu, ou in traits:
        if vu == premier.identifiant:
            return [
                CONFUSION.enfreinte(
                    "L'identité de la première personne sert encore.", attendu=second.identifiant, recu=vu, ou=ou,
                    echanges=(*n, *numeros(second.usages)),
                )
            ]  # fmt: skip
    memes = {s for s in (_cle(premier), _cle(second)) if s}
    if len(memes) == 1 and _cle(premier) and _cle(second):
        return [
            CONFUSION.enfreinte(
                "Les deux personnes ont la même session du logiciel.", attendu="une session par personne",
                recu="le même session_id", ou=_OU, echanges=n,
            )
        ]  # fmt: skip
    if not second.ouverte:
        return [CONFUSION.enfreinte("La seconde personne ne peut pas ouvrir sa session.", attendu=second.identifiant,
                                    recu=dire(second.session), ou=_OU, echanges=n)]  # fmt: skip
    return [CONFUSION.respectee(recu=f"{premier.identifiant}, puis {recu or second.identifiant}", ou=_OU, echanges=n)]


def _cle(tentative: Tentative) -> str:
    return str((tentative.session or {}).get("session_id") or "")
