"""L'identification auprès de l'opérateur : mécanisme selon la boîte, boîte ouverte, jeton renouvelé."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from reports.constat import Confiance, Constat, Regle
from steps.verifications.mssante.commandes import Commande
from steps.verifications.mssante.dialogue import Session, mecanisme
from steps.verifications.registre import verification

_SOCLE = "Référentiel socle MSSanté #2 v1.0.1, {}"

MECANISME = Regle(
    "MSS-AUT-01", "Une BAL personnelle ou organisationnelle s'ouvre par XOAUTH2", _SOCLE.format("ECO.1.2.1"),
    Confiance.SECONDAIRE, "S'identifier par SASL XOAUTH2 avec le jeton d'accès Pro Santé Connect.",
)  # fmt: skip
APPLICATIVE = Regle(
    "MSS-AUT-02", "Une BAL applicative s'ouvre par PLAIN, sous certificat client", _SOCLE.format("ECO.1.2.2"),
    Confiance.SECONDAIRE, "Présenter en TLS un certificat d'organisation (AUTH_CLI), puis SASL PLAIN avec l'adresse.",
)  # fmt: skip
LOGIN = Regle(
    "MSS-AUT-03", "La commande LOGIN n'est pas employée quand le serveur l'interdit",
    "RFC 3501 § 6.2.3 (LOGINDISABLED)", Confiance.DOCUMENTEE,
    "S'identifier par AUTHENTICATE ; ne jamais envoyer LOGIN après LOGINDISABLED.",
)  # fmt: skip
BOITE = Regle(
    "MSS-AUT-04", "La boîte ouverte est celle que l'utilisateur a choisie", "déduction du banc : mssante, contrôle 6",
    Confiance.DEDUITE, "Ouvrir la session au nom de la boîte d'émission ou de relève.",
)  # fmt: skip
RENOUVELLEMENT = Regle(
    "MSS-AUT-05", "Un jeton expiré est renouvelé sans l'utilisateur, la session rouverte", _SOCLE.format("ECO.1.2.7"),
    Confiance.SECONDAIRE, "Demander un jeton neuf avec le jeton de rafraîchissement, puis se reconnecter.",
)  # fmt: skip


@verification(MECANISME, APPLICATIVE)
def mecanismes_admis(sessions: Sequence[Session], types_de_bal: Mapping[str, str]) -> list[Constat]:
    """Chaque identification emploie le mécanisme de sa boîte (`types_de_bal` : adresse → PER, ORG, CAB, APP)."""
    constats = []
    for regle, types, bon in ((MECANISME, ("PER", "ORG", "CAB"), "XOAUTH2"), (APPLICATIVE, ("APP",), "PLAIN")):
        vues = [(s, c) for s in sessions for c in s.authentifications if _type(c, types_de_bal) in types]
        if not vues:
            continue
        fautes = [(s, c) for s, c in vues if mecanisme(c) != bon]
        if not fautes and bon == "PLAIN":
            fautes = [(s, c) for s, c in vues if s.tls is None or s.tls.certificat is None]
        if fautes:
            constats.append(
                regle.enfreinte(
                    "identification d'une autre façon que celle de ce type de boîte",
                    attendu="XOAUTH2" if bon == "XOAUTH2" else "certificat client, puis PLAIN",
                    recu=", ".join(f"{mecanisme(c)}{_certificat(s, bon)}" for s, c in fautes[:3]),
                    ou=_ou(fautes),
                    echanges=tuple(c.numero for _, c in fautes),
                )
            )
        else:
            recu = f"{len(vues)} identification(s) par {bon}"
            constats.append(regle.respectee(recu=recu, ou=_ou(vues), echanges=(vues[0][1].numero,)))
    return constats or [MECANISME.sans_objet("aucune identification d'une boîte connue n'a été observée")]


@verification(LOGIN)
def login_interdit(sessions: Sequence[Session]) -> Constat:
    """Aucune commande LOGIN après que le serveur IMAP a annoncé LOGINDISABLED."""
    avertis = [s for s in sessions if any("LOGINDISABLED" in c.reponse.upper() for c in (*s.commandes, *_accueil(s)))]
    if not avertis:
        return LOGIN.sans_objet("le serveur IMAP n'a annoncé LOGINDISABLED sur aucune connexion observée")
    fautes = [(s, c) for s in avertis for c in s.commandes if c.verbe == "LOGIN" and _annonce_avant(s, c)]
    if fautes:
        return LOGIN.enfreinte(
            "commande LOGIN envoyée malgré LOGINDISABLED",
            attendu="STARTTLS, puis AUTHENTICATE",
            recu=f"{len(fautes)} commande(s) LOGIN",
            ou=_ou(fautes),
            echanges=tuple(c.numero for _, c in fautes),
        )
    return LOGIN.respectee(
        recu="aucun LOGIN", ou=f"connexion IMAP {avertis[0].connexion}", echanges=(avertis[0].numeros[0],)
    )


@verification(BOITE)
def boite_choisie(sessions: Sequence[Session], adresse: str) -> Constat:
    """Les identifications réussies ouvrent cette boîte. Une autre boîte relevée en fond n'est pas une faute."""
    reussies = [(s, c) for s in sessions for c in s.authentifications if c.reussie]
    if not reussies:
        return BOITE.sans_objet("aucune identification réussie n'a été observée")
    if any(c.notes.get("bal", "").lower() == adresse.lower() for _, c in reussies):
        return BOITE.respectee(recu=adresse, ou=_ou(reussies), echanges=tuple(c.numero for _, c in reussies[:3]))
    return BOITE.enfreinte(
        "la boîte choisie n'a pas été ouverte",
        attendu=adresse,
        recu=", ".join(sorted({c.notes.get("bal", "?") for _, c in reussies})),
        ou=_ou(reussies),
        echanges=tuple(c.numero for _, c in reussies),
    )


@verification(RENOUVELLEMENT)
def jeton_renouvele(sessions: Sequence[Session]) -> Constat:
    """Après une identification refusée (jeton expiré), une autre réussit sur la même boîte."""
    toutes = sorted((c for s in sessions for c in s.authentifications), key=lambda c: c.numero)
    refusees = [c for c in toutes if not c.reussie]
    if not refusees:
        return RENOUVELLEMENT.sans_objet("aucune identification n'a été refusée")
    premiere = refusees[0]
    suite = [c for c in toutes if c.numero > premiere.numero and c.reussie]
    if suite:
        return RENOUVELLEMENT.respectee(
            recu=f"refus au n° {premiere.numero}, réussite au n° {suite[0].numero}",
            ou="identifications",
            echanges=(premiere.numero, suite[0].numero),
        )
    return RENOUVELLEMENT.enfreinte(
        "la session n'a pas été rouverte après l'expiration du jeton",
        attendu="nouvelle identification réussie",
        recu=f"{len(refusees)} refus, aucune réussite",
        ou="identifications",
        echanges=tuple(c.numero for c in refusees),
    )


def _type(commande: Commande, types_de_bal: Mapping[str, str]) -> str:
    adresse = commande.notes.get("bal") or commande.notes.get("bal_demandee", "")
    return types_de_bal.get(adresse.lower(), "")


def _certificat(session: Session, bon: str) -> str:
    if bon != "PLAIN":
        return ""
    return " avec certificat" if session.tls and session.tls.certificat else " sans certificat client"


def _accueil(session: Session) -> tuple[Commande, ...]:
    return (session.accueil,) if session.accueil else ()


def _annonce_avant(session: Session, login: Commande) -> bool:
    """La dernière liste de capacités reçue avant LOGIN, dans le même canal, l'interdit.

    STARTTLS efface ce que le client savait : une interdiction lue en clair ne vaut plus dans le canal TLS.
    """
    listes = [
        c.reponse.upper()
        for c in (*_accueil(session), *session.commandes)
        if c.numero < login.numero and c.chiffree == login.chiffree and "CAPABILITY" in c.reponse.upper()
    ]
    return bool(listes) and "LOGINDISABLED" in listes[-1]


def _ou(vues: Sequence[tuple[Session, Commande]]) -> str:
    return "connexion " + ", ".join(dict.fromkeys(f"{s.protocole.upper()} {s.connexion}" for s, _ in vues[:3]))
