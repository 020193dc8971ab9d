"""HTTP, enveloppe SOAP 1.2 et adressage."""

from __future__ import annotations

import re
from email.message import Message

from reports.constat import Confiance, Constat, Regle
from simulators.insi import espaces as e
from steps.verifications.insi.appels import Appel
from steps.verifications.insi.contexte import ContexteInsi
from steps.verifications.insi.sources import BANC, CONTRAT, SOAP, WSA
from steps.verifications.registre import verification

METHODE = Regle(
    "INSI-HTTP-01",
    "La demande est un POST",
    f"{SOAP}, partie 2 § 7.5 ; {CONTRAT}",
    Confiance.OFFICIELLE,
    "Envoyer le message par POST.",
)
CHEMIN = Regle(
    "INSI-HTTP-02",
    "La demande va au chemin /lps",
    f"{CONTRAT}, adresses du service",
    Confiance.DOCUMENTEE,
    "Garder le chemin /lps de l'adresse du service.",
)
TYPE_CONTENU = Regle(
    "INSI-HTTP-03",
    "Le type de contenu est application/soap+xml en UTF-8",
    f"{SOAP}, partie 2 annexe A (RFC 3902) ; {CONTRAT}",
    Confiance.OFFICIELLE,
    'Envoyer Content-Type: application/soap+xml; charset=utf-8; action="…" (text/xml est celui de SOAP 1.1).',
)
ACTION_HTTP = Regle(
    "INSI-HTTP-04",
    "Le paramètre action du type de contenu est celui de wsa:Action",
    f"{WSA}, liaison SOAP § 4.1 ; {CONTRAT}",
    Confiance.OFFICIELLE,
    'Écrire la même valeur dans action="…" et dans wsa:Action.',
)
ENVELOPPE = Regle(
    "INSI-SOAP-01",
    "Le message est une enveloppe SOAP 1.2 bien formée, sans DTD",
    f"{SOAP}, partie 1 § 5",
    Confiance.OFFICIELLE,
    "Envoyer une enveloppe http://www.w3.org/2003/05/soap-envelope bien formée, sans DOCTYPE.",
)
CORPS_UNIQUE = Regle(
    "INSI-SOAP-02",
    "Body porte un élément et un seul, d'une opération du service",
    f"{CONTRAT}, liaison document/literal",
    Confiance.DOCUMENTEE,
    "Mettre dans Body l'élément de l'opération appelée, seul.",
)
ENTETES_COMPRIS = Regle(
    "INSI-SOAP-03",
    "Aucun en-tête inconnu n'est marqué mustUnderstand",
    f"{BANC}, d'après {SOAP}, partie 1 § 2.6",
    Confiance.DEDUITE,
    "Retirer mustUnderstand des en-têtes qui ne sont pas ceux du contrat.",
)
ACTION = Regle(
    "INSI-WSA-01",
    "wsa:Action est l'URN de l'opération du corps",
    f"{CONTRAT}, actions",
    Confiance.DOCUMENTEE,
    "Écrire dans wsa:Action l'URN de l'opération appelée.",
)
FORME_MESSAGE_ID = Regle(
    "INSI-WSA-02",
    "wsa:MessageID est formé de uuid: et d'un UUID",
    f"{CONTRAT}, messages relevés",
    Confiance.DOCUMENTEE,
    "Écrire wsa:MessageID sous la forme uuid:xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx.",
)

UUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")
_MESSAGE_ID = re.compile(rf"(?:urn:)?uuid:{UUID.pattern}")
_COMPRIS = frozenset({e.WSA, e.WSSE, e.CTXBAM, e.CTXLPS})


def _type_contenu(brut: str) -> tuple[str, dict[str, str]]:
    """Type et paramètres, sans distinction de casse sur les noms."""
    message = Message()
    message["Content-Type"] = brut
    parametres = message.get_params(failobj=[], header="Content-Type")
    return message.get_content_type() if brut else "", {nom.lower(): valeur for nom, valeur in parametres[1:]}


@verification(METHODE, CHEMIN, TYPE_CONTENU, ACTION_HTTP)
def http(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """Méthode, chemin, type de contenu et action HTTP sont ceux du service ; ce qui n'a pas été vu n'est pas jugé."""
    constats = _ligne_de_requete(appel) if appel.echange.requete.methode else []
    return [*constats, *_entetes(appel)] if appel.echange.requete.entetes else constats


def _ligne_de_requete(appel: Appel) -> list[Constat]:
    requete = appel.echange.requete
    n = (appel.numero,)
    constats = [
        METHODE.respectee(recu=requete.methode, echanges=n)
        if requete.methode == "POST"
        else METHODE.enfreinte(
            "méthode HTTP inattendue", attendu="POST", recu=requete.methode, ou="ligne de requête", echanges=n
        )
    ]
    chemin = requete.cible.partition("?")[0]
    constats.append(
        CHEMIN.respectee(recu=chemin, echanges=n)
        if chemin == e.CHEMIN
        else CHEMIN.enfreinte("chemin inattendu", attendu=e.CHEMIN, recu=chemin, ou="ligne de requête", echanges=n)
    )
    return constats


def _entetes(appel: Appel) -> list[Constat]:
    n = (appel.numero,)
    brut = appel.echange.requete.entete("Content-Type") or ""
    type_, parametres = _type_contenu(brut)
    if type_ == "application/soap+xml" and parametres.get("charset", "utf-8").lower() in ("utf-8", "utf8"):
        constat = TYPE_CONTENU.respectee(recu=brut, echanges=n)
    else:
        constat = TYPE_CONTENU.enfreinte(
            "type de contenu inattendu",
            attendu="application/soap+xml; charset=utf-8",
            recu=brut or "absent",
            ou="en-tête Content-Type",
            echanges=n,
        )
    return [constat, *_action_http(appel, parametres.get("action"))]


def _action_http(appel: Appel, action: str | None) -> list[Constat]:
    n = (appel.numero,)
    if appel.message is None or not appel.message.action:
        return []
    if action is None:
        return [
            ACTION_HTTP.a_regarder(
                "paramètre action absent : facultatif dans SOAP 1.2, présent chez les clients connus",
                ou="en-tête Content-Type",
                echanges=n,
            )
        ]
    if action == appel.message.action:
        return [ACTION_HTTP.respectee(recu=action, echanges=n)]
    return [
        ACTION_HTTP.enfreinte(
            "action HTTP et wsa:Action différentes",
            attendu=appel.message.action,
            recu=action,
            ou="en-tête Content-Type, paramètre action",
            echanges=n,
        )
    ]


@verification(ENVELOPPE, CORPS_UNIQUE, ENTETES_COMPRIS)
def enveloppe(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """L'enveloppe est du SOAP 1.2, avec un seul contenu et des en-têtes que le service comprend."""
    n = (appel.numero,)
    message = appel.message
    if message is None:
        return [
            ENVELOPPE.enfreinte(
                "message illisible",
                attendu="une enveloppe SOAP 1.2",
                recu=appel.illisible,
                ou="corps de la requête",
                echanges=n,
            )
        ]
    if message.soap != e.SOAP12:
        return [
            ENVELOPPE.enfreinte(
                "version de SOAP inattendue",
                attendu=e.SOAP12,
                recu=message.soap or str(message.racine.tag),
                ou="/Envelope",
                echanges=n,
            )
        ]
    constats = [ENVELOPPE.respectee(recu=message.soap, echanges=n)]
    noms = ", ".join(e.nom_local(noeud.tag) for noeud in message.corps) or "aucun élément"
    constats.append(
        CORPS_UNIQUE.respectee(recu=noms, echanges=n)
        if len(message.corps) == 1 and message.operation
        else CORPS_UNIQUE.enfreinte(
            "contenu de Body inattendu",
            attendu="RECSANSVITALE, RECVITALE ou IndividuVerifie, dans son espace de noms, seul",
            recu=noms,
            ou="/Envelope/Body",
            echanges=n,
        )
    )
    inconnus = [
        str(bloc.tag)
        for bloc in message.entetes
        if bloc.get(e.nom_qualifie(e.SOAP12, "mustUnderstand"), "0").strip() in ("1", "true")
        and e.espace_de(bloc.tag) not in _COMPRIS
    ]
    constats.append(
        ENTETES_COMPRIS.enfreinte(
            "en-tête obligatoire inconnu du service",
            attendu="aucun",
            recu=", ".join(inconnus),
            ou="/Envelope/Header",
            echanges=n,
        )
        if inconnus
        else ENTETES_COMPRIS.respectee(recu="aucun", echanges=n)
    )
    return constats


@verification(ACTION, FORME_MESSAGE_ID)
def adressage(appel: Appel, contexte: ContexteInsi) -> list[Constat]:
    """wsa:Action désigne l'opération, wsa:MessageID a la forme attendue."""
    n = (appel.numero,)
    message = appel.message
    if message is None:
        return []
    constats = []
    # L'action de la vérification unitaire n'est pas publiée : elle n'est pas jugée.
    if message.operation in (e.OP_TRAITS, e.OP_CARTE):
        attendue = e.PREFIXE_ACTION + message.operation
        constats.append(
            ACTION.respectee(recu=attendue, echanges=n)
            if message.action == attendue and "Action" not in message.doublons
            else ACTION.enfreinte(
                "action inattendue",
                attendu=attendue,
                recu=("plusieurs, dont " if "Action" in message.doublons else "") + (message.action or "absente"),
                ou="/Envelope/Header/wsa:Action",
                echanges=n,
            )
        )
    identifiant = message.message_id or ""
    constats.append(
        FORME_MESSAGE_ID.respectee(recu=identifiant, echanges=n)
        if _MESSAGE_ID.fullmatch(identifiant) and "MessageID" not in message.doublons
        else FORME_MESSAGE_ID.enfreinte(
            "identifiant de message de forme inattendue",
            attendu="uuid: suivi d'un UUID",
            recu=("plusieurs, dont " if "MessageID" in message.doublons else "") + (identifiant or "absent"),
            ou="/Envelope/Header/wsa:MessageID",
            echanges=n,
        )
    )
    return constats
