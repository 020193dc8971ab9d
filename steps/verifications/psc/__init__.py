"""Vérifications d'une connexion par Pro Santé Connect, ou par un autre fournisseur OpenID Connect.

Le plus court, après une connexion réussie :

    dialogue = lire(echanges_psc)                                  # lecture.py : échanges → demandes, jetons, retours…
    client = ClientDeclare.depuis(pro_sante_connect, client_id=…)  # contexte.py ; fournisseur=ETABLISSEMENT sinon
    verifier_connexions(dialogue, client, usages(tous_les_echanges))

Modules, chacun dit son interface en tête : `demande` (PSC-AUT), `unicite` (PSC-ALE, PSC-PKC), `jetons` (PSC-COD,
PSC-JET), `authentification` (PSC-CLI, PSC-TLS), `fuites` (PSC-SEC), `refus` (PSC-REF, PSC-ACC), `identite` (PSC-IDE),
`sessions` (PSC-SES), `deconnexion` (PSC-FIN), `ciba` (PSC-CIBA), `ecran` (PSC-ECR, PSC-RAP),
`api` (PSC-API).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from reports.constat import Constat
from steps.jugements.marque import rejouable
from steps.verifications.psc.authentification import transport
from steps.verifications.psc.contexte import ETABLISSEMENT, PSC, ClientDeclare, Fournisseur
from steps.verifications.psc.demande import verifier_demandes
from steps.verifications.psc.jetons import verifier_jetons
from steps.verifications.psc.lecture import Dialogue, Usage, lire, usages
from steps.verifications.psc.tentative import Session, Tentative
from steps.verifications.psc.unicite import verifier_valeurs_neuves

__all__ = [
    "ETABLISSEMENT", "PSC", "ClientDeclare", "Dialogue", "Fournisseur", "Session", "Tentative", "Usage", "lire",
    "regrouper", "usages", "verifier_connexions",
]  # fmt: skip


@rejouable
def verifier_connexions(dialogue: Dialogue, client: ClientDeclare, presentes: Sequence[Usage] = ()) -> list[Constat]:
    """Tout ce qu'une connexion par le navigateur montre sur le fil ; en CIBA, jouer `ciba.verifier_ciba` à la place.

    `presentes` : `usages(echanges)`, jetons présentés aux services pendant la période jugée.
    """
    constats = [
        *verifier_demandes(dialogue, client), *verifier_valeurs_neuves(dialogue, client),
        *verifier_jetons(dialogue, client, presentes), transport(dialogue),
    ]  # fmt: skip
    return regrouper(constats)


@rejouable
def regrouper(constats: Iterable[Constat]) -> list[Constat]:
    """Un seul constat pour un même fait vu dans plusieurs échanges : ses numéros sont réunis."""
    groupes: dict[Constat, tuple[int, ...]] = {}
    for constat in constats:
        cle = replace(constat, echanges=())
        groupes[cle] = tuple(dict.fromkeys((*groupes.get(cle, ()), *constat.echanges)))
    return [replace(cle, echanges=numeros) for cle, numeros in groupes.items()]
