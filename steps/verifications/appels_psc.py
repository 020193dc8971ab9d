"""Appels aux services par une personne connectée par Pro Santé Connect (PSC-APP) : jeton présenté, mode tracé.

appels_authentifies(service, echanges) -> Constat     `echanges` : ceux d'une action de cette personne
                                                      `renforcee` : l'AIR est aussi permise
mode_trace(traces, service) -> Constat                lignes du journal du logiciel sur cette action
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.psc import sources
from steps.verifications.registre import verification

APPELS = Regle(
    "PSC-APP-01", "L'appel au service se sert de la connexion de la personne par Pro Santé Connect",
    f"{sources.REM.format('DMP/PSC.01, INS/PSC.01')} ; {sources.VOLET}", Confiance.OFFICIELLE,
    "Joindre à l'appel le jeton d'accès de la personne connectée, ou le jeton d'API obtenu contre lui.",
)  # fmt: skip
MODE = Regle(
    "PSC-APP-02", "La trace de l'appel dit que Pro Santé Connect a servi",
    f"{sources.REM.format('DMP/PSC.01, INS/PSC.01')}, étapes du scénario", Confiance.OFFICIELLE,
    "Tracer le mode d'authentification de chaque appel (Pro Santé Connect, carte, certificat).",
)  # fmt: skip
_NOMS = {"dmp": "le DMP", "insi": "INSi"}
_PSC = re.compile(r"\bpsc\b|pro[\s_-]?sant[eé][\s_-]?connect", re.IGNORECASE)


@verification(APPELS)
def appels_authentifies(service: str, echanges: Sequence[Echange], *, renforcee: bool = False) -> Constat:
    """Chaque appel de cette action présente un jeton ; un service qui n'est pas appelé ne prouve rien.

    `renforcee` : le REM demande aussi l'authentification indirecte renforcée, dont le VIHF dit la personne sans jeton.
    """
    nom = _NOMS.get(service, service)
    appels = [e for e in echanges if e.service == service and e.requete.methode == "POST"]
    refuses = [e for e in echanges if e.service == "api_psc" and e.notes.get("refus")]
    if not appels and refuses:
        return APPELS.enfreinte(
            f"La connexion de la personne n'a pas permis d'appeler {nom} : son jeton a été refusé.",
            attendu="un jeton d'accès valide, rafraîchi s'il le faut, échangé contre celui de l'API",
            recu=", ".join(dict.fromkeys(e.notes["refus"] for e in refuses)), ou="échange du jeton",
            echanges=tuple(e.numero for e in refuses),
        )  # fmt: skip
    if not appels:
        return APPELS.sans_objet(f"aucun appel n'est arrivé : {nom} n'a pas été sollicité par cette action")
    n, ou = tuple(e.numero for e in appels), f"{service}, jeton présenté"
    sans = [e for e in appels if not e.notes.get("jeton_etat")]
    if sans and renforcee:
        return APPELS.a_regarder(
            "L'appel est fait sans le jeton de la personne : dire si l'authentification indirecte renforcée suffit.",
            recu=f"{len(sans)} appel(s) sans jeton", ou=ou, echanges=tuple(e.numero for e in sans),
        )  # fmt: skip
    if sans:
        return APPELS.enfreinte(
            f"{nom[0].upper()}{nom[1:]} est appelé sans la connexion de la personne par Pro Santé Connect.",
            attendu="le jeton de la personne connectée sur chaque appel", recu=f"{len(sans)} appel(s) sans jeton",
            ou=ou, echanges=tuple(e.numero for e in sans),
        )  # fmt: skip
    morts = [e for e in appels if e.notes["jeton_etat"] != "valide"]
    if len(morts) == len(appels):
        etats = ", ".join(dict.fromkeys(e.notes["jeton_etat"] for e in morts))
        return APPELS.enfreinte(
            "Aucun des jetons présentés n'est admis.", attendu="un jeton valide, destiné à ce service", recu=etats,
            ou=ou, echanges=n,
        )  # fmt: skip
    return APPELS.respectee(recu=f"{len(appels)} appel(s)", ou=ou, echanges=n)


@verification(MODE)
def mode_trace(traces: Sequence[Mapping[str, Any]], service: str) -> Constat:
    """Une ligne au moins nomme Pro Santé Connect."""
    ou = "journal de traces du logiciel"
    if any(_PSC.search(json.dumps(trace, ensure_ascii=False, default=str)) for trace in traces):
        return MODE.respectee(recu=f"{len(traces)} ligne(s)", ou=ou)
    recu = f"{len(traces)} ligne(s) sans lui" if traces else "aucune ligne"
    return MODE.enfreinte(
        f"Aucune trace de l'appel à {_NOMS.get(service, service)} ne dit le mode d'authentification.",
        attendu="Pro Santé Connect nommé dans la trace", recu=recu, ou=ou,
    )  # fmt: skip
