"""Un fournisseur d'identité quelconque par OpenID Connect (OIDC) : personne reconnue, page affichée, jeton réutilisé.

personne_reconnue(tentative, nom, prenom) -> Constat
page_affichee(tentative) -> Constat                    le logiciel mène de lui-même à la page du fournisseur
jeton_reutilise(premiere, seconde) -> Constat          deux connexions de suite dans le même navigateur
"""

from __future__ import annotations

import unicodedata

from reports.constat import Confiance, Constat, Regle
from steps.verifications.psc import sources
from steps.verifications.psc.lecture import numeros
from steps.verifications.psc.tentative import Tentative, dire
from steps.verifications.registre import verification

_EXIGENCE = sources.REM.format("SSI/IAM.80")

RECONNUE = Regle(
    "OIDC-IDE-01", "La session est celle de la personne authentifiée par le fournisseur", _EXIGENCE,
    Confiance.OFFICIELLE, "Rattacher sub, ou l'identifiant que la structure a choisi, au compte de la même personne.",
)  # fmt: skip
PAGE = Regle(
    "OIDC-RED-01", "Le logiciel mène de lui-même à la page du fournisseur", _EXIGENCE, Confiance.OFFICIELLE,
    "Rediriger le navigateur vers le point d'autorisation dès que l'utilisateur choisit ce fournisseur.",
)  # fmt: skip
REUTILISE = Regle(
    "OIDC-SSO-01", "Un jeton déjà valide auprès du fournisseur sert à la connexion suivante", _EXIGENCE,
    Confiance.OFFICIELLE,
    "Ne demander ni prompt=login ni max_age=0 : le fournisseur reconnaît la personne déjà authentifiée.",
)  # fmt: skip
REFUS = Regle(
    "OIDC-REF-01", "Une personne qui refuse de s'authentifier n'a pas de session",
    f"{sources.RFC6749.format('4.1.2.1')} ; {sources.CIBA.format('11')}", Confiance.OFFICIELLE,
    "Sur access_denied, revenir à l'écran de connexion et le dire.",
)  # fmt: skip
_OU = "session montrée par le logiciel"


@verification(RECONNUE)
def personne_reconnue(tentative: Tentative, nom: str, prenom: str) -> Constat:
    """Session ouverte au nom de la personne ; un logiciel qui ne montre pas de nom laisse à vérifier."""
    n = numeros(tentative.dialogue.emis)
    if not n:
        return RECONNUE.sans_objet("aucun jeton n'a été rendu au logiciel : la connexion n'est pas allée au bout")
    if tentative.ouverte is None:
        return RECONNUE.sans_objet("le logiciel n'a pas montré de session", echanges=n)
    session, attendu = tentative.session or {}, f"{prenom} {nom}"
    montre = f"{session.get('prenom') or ''} {session.get('nom') or ''}".strip()
    if not tentative.ouverte:
        return RECONNUE.enfreinte(
            "La personne authentifiée n'entre pas dans le logiciel.", attendu=f"session ouverte ({attendu})",
            recu=dire(session), ou=_OU, echanges=n,
        )  # fmt: skip
    if not montre:
        return RECONNUE.a_regarder(
            f"La session est ouverte sans nom : vérifier qu'elle est à {attendu}.", recu=dire(session), ou=_OU,
            echanges=n,
        )  # fmt: skip
    if _plat(nom) in _plat(montre):
        return RECONNUE.respectee(recu=montre, ou=_OU, echanges=n)
    return RECONNUE.enfreinte(
        "La session est celle d'une autre personne.", attendu=attendu, recu=montre, ou=_OU, echanges=n
    )


@verification(PAGE)
def page_affichee(tentative: Tentative) -> Constat:
    """La personne a répondu à la page du fournisseur, après une demande du logiciel."""
    demandes, mires = tentative.dialogue.demandes, tentative.dialogue.mires
    if demandes and mires:
        n = (*numeros(demandes[:1]), *numeros(mires[:1]))
        return PAGE.respectee(recu="page affichée", ou="navigateur", echanges=n)
    if not demandes:
        return PAGE.sans_objet("aucune demande n'est arrivée au fournisseur d'identité")
    refus = ", ".join(dict.fromkeys(d.note("refus") for d in demandes if d.note("refus")))
    return PAGE.enfreinte(
        "La demande du logiciel n'affiche pas la page du fournisseur.", attendu="la page de connexion du fournisseur",
        recu=refus or "une autre page", ou="point d'autorisation", echanges=numeros(demandes),
    )  # fmt: skip


@verification(REFUS)
def refus_de_la_personne(tentative: Tentative) -> Constat:
    """Ni session, ni jeton rendu."""
    demandes = (*tentative.dialogue.demandes, *tentative.dialogue.ciba)
    n = numeros(demandes)
    if not demandes or tentative.dialogue.emis:
        return REFUS.sans_objet("la personne n'a pas eu à refuser, ou des jetons ont été rendus", echanges=n)
    if tentative.ouverte is None:
        return REFUS.sans_objet("le logiciel n'a pas montré s'il ouvrait une session", echanges=n)
    if tentative.ouverte:
        return REFUS.enfreinte("Le logiciel ouvre une session à qui a refusé.", attendu="aucune session",
                               recu=dire(tentative.session), ou=_OU, echanges=n)  # fmt: skip
    return REFUS.respectee(recu=dire(tentative.session), ou=_OU, echanges=n)


@verification(REUTILISE)
def jeton_reutilise(premiere: Tentative, seconde: Tentative) -> Constat:
    """La seconde connexion passe par le fournisseur sans que la personne s'y authentifie de nouveau."""
    if not premiere.ouverte or not premiere.dialogue.mires:
        return REUTILISE.sans_objet("la première connexion n'a pas fait s'authentifier la personne, ou n'a pas abouti")
    demandes = seconde.dialogue.demandes
    n, ou = numeros(demandes), "seconde connexion, point d'autorisation"
    if not demandes:
        if seconde.ouverte:
            return REUTILISE.a_regarder(
                "La seconde session s'ouvre sans passer par le fournisseur : vérifier qu'elle reprend la première.",
                recu=dire(seconde.session), ou=_OU,
            )  # fmt: skip
        return REUTILISE.sans_objet("la seconde connexion n'est pas allée jusqu'au fournisseur d'identité")
    if seconde.dialogue.mires:
        force = ", ".join(f"{p}={d.un(p)}" for d in demandes for p in ("prompt", "max_age") if d.un(p))
        return REUTILISE.enfreinte(
            "La personne doit s'authentifier de nouveau alors que son jeton est encore valide.",
            attendu="aucune nouvelle authentification", recu=force or "la page du fournisseur s'affiche", ou=ou,
            echanges=n,
        )  # fmt: skip
    if seconde.ouverte:
        return REUTILISE.respectee(recu=dire(seconde.session), ou=ou, echanges=n)
    return REUTILISE.enfreinte(
        "Le fournisseur a reconnu la personne, le logiciel n'ouvre pas sa session.", attendu="session ouverte",
        recu=dire(seconde.session), ou=_OU, echanges=n,
    )  # fmt: skip


def _plat(texte: str) -> str:
    """En minuscules, lettres seules : « D’ÎLE-ÉVOLUÉE » et « d'Ile evoluee » sont la même personne."""
    decompose = unicodedata.normalize("NFKD", texte.casefold().replace("œ", "oe").replace("æ", "ae"))
    return "".join(c for c in decompose if c.isalnum())
