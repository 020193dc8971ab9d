"""La déconnexion (PSC-FIN) : session du logiciel, session du fournisseur, ce qui suit.

    deconnexion(faits: Deconnexion) -> list[Constat]

L'utilisateur se déconnecte, puis se reconnecte. `faits.panne` : « fin_session_indisponible » si elle était jouée.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.psc import sources
from steps.verifications.psc.contexte import PSC, Fournisseur
from steps.verifications.psc.lecture import RAFRAICHIR, Appel, lire, numeros, usages
from steps.verifications.psc.tentative import Session, Tentative, dire, ouverte
from steps.verifications.registre import verification

APPEL = Regle(
    "PSC-FIN-01", "La déconnexion ferme aussi la session du fournisseur",
    f"{sources.DOC}, déconnexion ; {sources.BANC} pour l'obligation", Confiance.DEDUITE,
    "Appeler end_session_endpoint avec id_token_hint quand l'utilisateur se déconnecte.",
)  # fmt: skip
HINT = Regle(
    "PSC-FIN-02", "La déconnexion désigne la session par id_token_hint",
    f"{sources.SORTIE.format('2')}, qui le recommande", Confiance.DEDUITE,
    "Envoyer l'ID token de la session dans id_token_hint.",
)  # fmt: skip
BONNE = Regle(
    "PSC-FIN-03", "La déconnexion ne ferme que la session de l'utilisateur qui se déconnecte",
    sources.SORTIE.format("2"), Confiance.OFFICIELLE, "Envoyer l'ID token de cette session, pas d'une autre.",
)  # fmt: skip
SORTIE = Regle(
    "PSC-FIN-04", "post_logout_redirect_uri est une adresse enregistrée", sources.SORTIE.format("3"),
    Confiance.OFFICIELLE, "Envoyer exactement l'adresse de sortie enregistrée.",
)  # fmt: skip
STATE = Regle(
    "PSC-FIN-05", "La déconnexion par le navigateur porte un state",
    f"{sources.EXEMPLES} ; {sources.SORTIE.format('2')}, facultatif", Confiance.DEDUITE,
    "Envoyer un state avec post_logout_redirect_uri et le vérifier au retour.",
)  # fmt: skip
LOCALE = Regle(
    "PSC-FIN-06", "La déconnexion ferme la session du logiciel",
    f"{sources.REM.format('PSC.01')}, étapes de déconnexion ; {sources.REM.format('SSI/IE.38')}", Confiance.OFFICIELLE,
    "Fermer la session du logiciel à la déconnexion, quoi que réponde le fournisseur.",
)  # fmt: skip
NOUVELLE = Regle(
    "PSC-FIN-07", "Après la déconnexion, une nouvelle authentification est demandée",
    f"{sources.REM.format('PSC.01')}, étapes de déconnexion ; {sources.REM.format('SSI/IE.38')}", Confiance.OFFICIELLE,
    "Refaire une demande d'authentification avant de rouvrir une session.",
)  # fmt: skip
JETONS = Regle(
    "PSC-FIN-08", "Après la déconnexion, plus aucun jeton de la session n'est présenté", sources.BANC,
    Confiance.DEDUITE, "Effacer les jetons à la déconnexion.",
)  # fmt: skip

RELANCE = Regle(
    "PSC-FIN-09", "Après la déconnexion, le logiciel ne relance pas de lui-même une connexion", sources.BANC,
    Confiance.DEDUITE, "Revenir à l'écran de connexion et attendre le geste de l'utilisateur.",
)  # fmt: skip

_OU = "session montrée par le logiciel"


@dataclass(frozen=True)
class Deconnexion:
    """Une déconnexion et ce qui suit.

    `session_psc` : session du fournisseur que la connexion avait ouverte (note `session` de ses jetons). `avant`,
    `apres` : sessions du logiciel. `echanges` : depuis la déconnexion comprise, jusqu'avant la reconnexion.
    `reconnexion` : la connexion suivante, s'il y en a une. `par_navigateur` : la personne a un navigateur (faux en
    CIBA, où la déconnexion est un appel du serveur).
    """

    session_psc: str
    avant: Session | None
    apres: Session | None
    echanges: Sequence[Echange]
    resultat: str = "fait"
    panne: str = ""
    reconnexion: Tentative | None = None
    par_navigateur: bool = True
    post_logout_redirect_uris: tuple[str, ...] = ()
    fournisseur: Fournisseur = PSC


@verification(APPEL, HINT, BONNE, SORTIE, STATE, LOCALE, NOUVELLE, JETONS, RELANCE)
def deconnexion(faits: Deconnexion) -> list[Constat]:
    """La session du logiciel se ferme, celle du fournisseur aussi, et elle seule ; rien ne part plus ensuite."""
    if not ouverte(faits.avant):
        return [LOCALE.sans_objet("aucune session n'était ouverte avant la déconnexion")]
    fins = lire(faits.echanges, faits.fournisseur.service).fins
    constats = [_locale(faits)]
    if fins:
        constats += [APPEL.respectee(recu=f"{len(fins)} appel(s)", ou="fin de session", echanges=numeros(fins)),
                     *_hint(fins), *_bonne(fins, faits), *_sortie(fins, faits)]  # fmt: skip
    else:
        constats.append(
            APPEL.enfreinte(
                "La déconnexion ne ferme pas la session du fournisseur : l'utilisateur suivant du poste peut y entrer.",
                attendu="un appel à end_session_endpoint", recu="aucun", ou="fin de session",
            )
        )  # fmt: skip
    fin = fins[-1].numero if fins else 0
    return [*constats, *_plus_de_jeton(faits, fin), _relance(faits, fin), *_nouvelle(faits)]


def _locale(faits: Deconnexion) -> Constat:
    etat = ouverte(faits.apres, faits.resultat)
    if etat is None:
        return LOCALE.sans_objet("le logiciel n'a pas montré l'état de la session après la déconnexion")
    if not etat:
        return LOCALE.respectee(recu=dire(faits.apres), ou=_OU)
    message = "La session du logiciel reste ouverte après la déconnexion"
    message += ", parce que le fournisseur ne répond pas." if faits.panne else "."
    return LOCALE.enfreinte(message, attendu="session fermée", recu=dire(faits.apres), ou=_OU)


def _hint(fins: Sequence[Appel]) -> list[Constat]:
    sans = [
        a for a in fins if a.note("id_token_hint") == "non" or not (a.note("id_token_hint") or a.un("id_token_hint"))
    ]
    ou = "fin de session, id_token_hint"
    avec = [a for a in fins if a not in sans]
    if avec:
        return [HINT.respectee(recu="présent", ou=ou, echanges=numeros(avec))]
    return [HINT.enfreinte("La déconnexion ne désigne pas la session.", attendu="id_token_hint", recu="absent", ou=ou,
                           echanges=numeros(sans))]  # fmt: skip


def _bonne(fins: Sequence[Appel], faits: Deconnexion) -> list[Constat]:
    visees = [(a, vue) for a in fins if (vue := a.note("hint_session") or a.note("session"))]
    autres = [(a, vue) for a, vue in visees if faits.session_psc and vue != faits.session_psc]
    ou = "fin de session, id_token_hint"
    if autres:
        return [
            BONNE.enfreinte(
                "La déconnexion désigne une autre session que celle de l'utilisateur.", attendu=faits.session_psc,
                recu=autres[0][1], ou=ou, echanges=numeros(a for a, _ in autres),
            )
        ]  # fmt: skip
    if not visees or not faits.session_psc:
        return []
    return [BONNE.respectee(recu=faits.session_psc, ou=ou, echanges=numeros(a for a, _ in visees))]


def _sortie(fins: Sequence[Appel], faits: Deconnexion) -> list[Constat]:
    avec = [a for a in fins if a.un("post_logout_redirect_uri")]
    if not avec:
        return []
    ou = "fin de session, post_logout_redirect_uri"
    inconnues = [a for a in avec if not _enregistree(a, faits)]
    constats = [
        SORTIE.enfreinte(
            "L'adresse de sortie n'est pas enregistrée.", attendu=" ou ".join(faits.post_logout_redirect_uris) or
            "une adresse enregistrée", recu=inconnues[0].un("post_logout_redirect_uri"), ou=ou,
            echanges=numeros(inconnues),
        )
        if inconnues
        else SORTIE.respectee(recu=avec[0].un("post_logout_redirect_uri"), ou=ou, echanges=numeros(avec))
    ]  # fmt: skip
    sans_state = [a for a in avec if not a.un("state")]
    if faits.par_navigateur and sans_state:
        constats.append(STATE.signalee("La déconnexion ne porte pas de state.", attendu="un state neuf", recu="absent",
                                       ou="fin de session, state", echanges=numeros(sans_state)))  # fmt: skip
    elif faits.par_navigateur:
        constats.append(STATE.respectee(recu="présent", ou="fin de session, state", echanges=numeros(avec)))
    return constats


def _enregistree(appel: Appel, faits: Deconnexion) -> bool:
    if faits.post_logout_redirect_uris:
        return appel.un("post_logout_redirect_uri") in faits.post_logout_redirect_uris
    return appel.note("post_logout_redirect_uri_enregistree") != "non"


def _plus_de_jeton(faits: Deconnexion, fin: int) -> list[Constat]:
    ou = "services appelés avec un jeton"
    if not faits.session_psc:
        return []
    dialogue = lire(faits.echanges, faits.fournisseur.service)
    tardifs: list[Appel | Echange] = [u.echange for u in usages(faits.echanges) if u.session == faits.session_psc]
    tardifs += [
        a for a in (*dialogue.userinfos, *dialogue.par_grant(RAFRAICHIR)) if a.note("session") == faits.session_psc
    ]
    n = tuple(sorted(t.numero for t in tardifs if t.numero > fin))
    if n:
        return [JETONS.enfreinte("Un jeton de la session fermée est encore présenté.", attendu="aucun appel",
                                 recu=f"{len(n)} appel(s)", ou=ou, echanges=n)]  # fmt: skip
    return [JETONS.respectee(recu="aucun appel", ou=ou, echanges=(fin,) if fin else ())]


def _relance(faits: Deconnexion, fin: int) -> Constat:
    dialogue = lire(faits.echanges, faits.fournisseur.service)
    relances = [a for a in (*dialogue.demandes, *dialogue.ciba) if a.numero > fin]
    ou = "demandes d'authentification"
    if relances:
        return RELANCE.enfreinte(
            "Une demande d'authentification part aussitôt après la déconnexion, sans geste de l'utilisateur.",
            attendu="aucune demande", recu=f"{len(relances)} demande(s)", ou=ou, echanges=numeros(relances),
        )  # fmt: skip
    return RELANCE.respectee(recu="aucune", ou=ou, echanges=(fin,) if fin else ())


def _nouvelle(faits: Deconnexion) -> list[Constat]:
    suite = faits.reconnexion
    if suite is None:
        return []
    demandes = (*suite.dialogue.demandes, *suite.dialogue.ciba)
    ou = "reconnexion"
    sans_mire = [a for a in suite.dialogue.demandes if a.note("sso") == "oui"]
    fins = lire(faits.echanges, faits.fournisseur.service).fins
    if sans_mire and suite.ouverte and not fins and faits.fournisseur is PSC:
        return [
            NOUVELLE.enfreinte(
                "Après la déconnexion, la session se rouvre sans que la personne s'authentifie : celle du fournisseur "
                "n'avait pas été fermée.", attendu="la page d'authentification du fournisseur",
                recu="aucune authentification demandée", ou=ou, echanges=numeros(sans_mire),
            )
        ]  # fmt: skip
    if demandes:
        return [NOUVELLE.respectee(recu=f"{len(demandes)} demande(s)", ou=ou, echanges=numeros(demandes))]
    if suite.ouverte:
        return [
            NOUVELLE.enfreinte(
                "Une session s'ouvre sans nouvelle demande d'authentification.",
                attendu="une demande d'authentification",
                recu=dire(suite.session), ou=ou,
            )
        ]  # fmt: skip
    return [NOUVELLE.sans_objet("la reconnexion n'est pas allée jusqu'au fournisseur d'identité")]
