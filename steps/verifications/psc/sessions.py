"""La session du logiciel quand celle de Pro Santé Connect finit (PSC-SES).

    session_apres(cause, avant, apres, echanges, resultat="fait") -> list[Constat]

`cause` : une clé de `CAUSES`. `avant`, `apres` : sessions lues avant et après (lire_session), utilisateur absent entre
les deux. `echanges` : tous ceux qui suivent la fin de la session du fournisseur.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.psc import sources
from steps.verifications.psc.lecture import RAFRAICHIR, Appel, lire, numeros, usages
from steps.verifications.psc.tentative import Session, dire, ouverte
from steps.verifications.registre import verification

_EXPIREE = f"{sources.VOLET}, cas d'erreur {{}} : l'utilisateur doit se réauthentifier sur la mire"

DUREE = Regle(
    "PSC-SES-01", "Après quatre heures, une nouvelle authentification est demandée", _EXPIREE.format("1b et 1b.1"),
    Confiance.OFFICIELLE, "Fermer la session du logiciel quatre heures au plus après l'authentification.",
)  # fmt: skip
INACTIVITE = Regle(
    "PSC-SES-02", "Après trente minutes sans activité, une nouvelle authentification est demandée",
    f"{_EXPIREE.format('1b')} ; {sources.BANC} pour la session propre du logiciel", Confiance.DEDUITE,
    "Fermer la session quand le rafraîchissement est refusé.",
)  # fmt: skip
RAFRAICHI = Regle(
    "PSC-SES-03", "Un rafraîchissement refusé fait demander une nouvelle authentification", _EXPIREE.format("1b.2"),
    Confiance.OFFICIELLE, "Fermer la session du logiciel dès qu'un rafraîchissement est refusé (invalid_grant).",
)  # fmt: skip
AILLEURS = Regle(
    "PSC-SES-04", "Une session finie ailleurs ne continue pas dans le logiciel",
    f"{sources.BANC} ; la fin de session envoyée par Pro Santé Connect n'est pas documentée", Confiance.DEDUITE,
    "Traiter un jeton ou un rafraîchissement refusés comme une fin de session.",
)  # fmt: skip
JETON_MORT = Regle(
    "PSC-SES-05", "Après un rafraîchissement refusé, plus aucun jeton de la session n'est présenté", sources.BANC,
    Confiance.DEDUITE, "Effacer les jetons dès qu'un rafraîchissement est refusé.",
)  # fmt: skip
ACHARNEMENT = Regle(
    "PSC-SES-06", "Un rafraîchissement refusé n'est pas redemandé avec le même jeton", sources.BANC, Confiance.DEDUITE,
    "Ne pas réessayer après invalid_grant.",
)  # fmt: skip
CAUSES = {
    "duree_maximale": DUREE, "inactivite": INACTIVITE, "rafraichissement_expire": RAFRAICHI,
    "terminee_ailleurs": AILLEURS,
}  # fmt: skip
_OU = "session montrée par le logiciel"
_REFUS_TOLERES = 2


@verification(*CAUSES.values(), JETON_MORT, ACHARNEMENT)
def session_apres(
    cause: str,
    avant: Session | None,
    apres: Session | None,
    echanges: Sequence[Echange],
    *,
    resultat: str = "fait",
    service: str = "psc",
) -> list[Constat]:
    """La session ne reste pas ouverte, et plus rien ne part avec des jetons morts."""
    regle = CAUSES[cause]
    if not ouverte(avant):
        return [regle.sans_objet("aucune session n'était ouverte avant")]
    etat = ouverte(apres, resultat)
    if etat is None:
        return [regle.sans_objet("le logiciel n'a pas montré l'état de la session")]
    constats = [
        regle.enfreinte("La session du logiciel reste ouverte.", attendu="session fermée, nouvelle authentification",
                        recu=dire(apres), ou=_OU)
        if etat
        else regle.respectee(recu=dire(apres), ou=_OU)
    ]  # fmt: skip
    refuses = [a for a in lire(echanges, service).par_grant(RAFRAICHIR) if a.note("refus") or 400 <= a.statut < 500]
    if refuses and regle is not RAFRAICHI:
        constats.append(_refus_suivi(refuses, apres, ouverte_encore=etat))
    return [*constats, *_apres_refus(refuses, echanges)] if refuses else constats


def _refus_suivi(refuses: Sequence[Appel], apres: Session | None, *, ouverte_encore: bool) -> Constat:
    """Quelle que soit la raison du refus, la session du logiciel ne lui survit pas."""
    if not ouverte_encore:
        return RAFRAICHI.respectee(recu=dire(apres), ou=_OU, echanges=numeros(refuses))
    return RAFRAICHI.enfreinte(
        "Le rafraîchissement a été refusé et la session du logiciel reste ouverte.",
        attendu="session fermée, nouvelle authentification", recu=dire(apres), ou=_OU, echanges=numeros(refuses),
    )  # fmt: skip


def _apres_refus(refuses: Sequence[Appel], echanges: Sequence[Echange]) -> list[Constat]:
    premier = refuses[0].numero
    morts = [u for u in usages(echanges) if u.numero > premier and u.etat in ("expire", "revoque")]
    memes = max(sum(1 for b in refuses if b.un("refresh_token") == a.un("refresh_token")) for a in refuses)
    ou = "services appelés avec un jeton"
    mort = (
        JETON_MORT.enfreinte(
            "Des jetons morts sont encore présentés.", attendu="aucun appel", recu=f"{len(morts)} appel(s)", ou=ou,
            echanges=numeros(morts),
        )
        if morts
        else JETON_MORT.respectee(recu="aucun appel", ou=ou, echanges=(premier,))
    )  # fmt: skip
    ou, recu = "point de jetons, refresh_token", f"{memes} refus du même jeton"
    return [
        mort,
        ACHARNEMENT.enfreinte(
            "Le même jeton de rafraîchissement est redemandé après un refus.", attendu="un refus, pas davantage",
            recu=recu, ou=ou, echanges=numeros(refuses),
        )
        if memes > _REFUS_TOLERES
        else ACHARNEMENT.respectee(recu=recu, ou=ou, echanges=numeros(refuses)),
    ]  # fmt: skip
