"""La demande d'autorisation (PSC-AUT) : découverte, response_type, scope, acr_values, client, adresse de retour.

    verifier_demandes(dialogue, client) -> list[Constat]     toutes les règles de ce module, sur toutes les demandes

`dialogue` : `lire(echanges, service)`, échanges d'un scénario ou de toute la campagne. Sans demande, un constat non
concluant. Chaque fonction se joue aussi seule : `document_de_decouverte(dialogue, client)`,
`parametres(demande, client)`.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from reports.constat import Confiance, Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.psc import sources
from steps.verifications.psc.contexte import ClientDeclare
from steps.verifications.psc.lecture import Appel, Dialogue, numeros
from steps.verifications.registre import verification

_OU = "demande d'autorisation, {}"

DOCUMENT = Regle(
    "PSC-AUT-01", "Le document de découverte lu est celui du fournisseur",
    f"{sources.DOC}, environnements ; {sources.BANC} : aucun texte lu n'interdit l'autre nom", Confiance.DEDUITE,
    "Lire .well-known/wallet-openid-configuration : le nom standard mène au royaume, pas à la mire.",
)  # fmt: skip
TYPE = Regle(
    "PSC-AUT-02", "response_type vaut code, seul", f"{sources.VOLET}, demande d'autorisation", Confiance.OFFICIELLE,
    "Envoyer response_type=code (flux Authorization Code), sans token ni id_token.",
)  # fmt: skip
SCOPE = Regle(
    "PSC-AUT-03", "scope contient les valeurs attendues",
    f"{sources.VOLET} (openid scope_all) ; {sources.CORE.format('3.1.2.1')} (openid)", Confiance.OFFICIELLE,
    "Envoyer scope=openid scope_all (l'ordre est libre, d'autres valeurs peuvent s'y ajouter).",
)  # fmt: skip
ACR = Regle(
    "PSC-AUT-04", "acr_values vaut eidas1",
    f"{sources.REFERENTIEL.format(16)} ; {sources.REM.format('PSC.08')}", Confiance.OFFICIELLE,
    "Ajouter acr_values=eidas1 à chaque demande d'authentification.",
)  # fmt: skip
CLIENT = Regle(
    "PSC-AUT-05", "client_id est celui du logiciel", sources.RFC6749.format("4.1.1"), Confiance.OFFICIELLE,
    "Envoyer l'identifiant de client attribué au service.",
)  # fmt: skip
RETOUR = Regle(
    "PSC-AUT-06", "redirect_uri est une adresse enregistrée, à l'octet près",
    f"{sources.RFC9700.format('2.1')} ; {sources.CORE.format('3.1.2.1')}", Confiance.OFFICIELLE,
    "Envoyer exactement l'adresse enregistrée : même casse, même port, même chemin, sans paramètre ajouté.",
)  # fmt: skip
CHIFFREE = Regle(
    "PSC-AUT-07", "redirect_uri est en https", sources.RFC9700.format("2.6"), Confiance.OFFICIELLE,
    "Recevoir le retour en https ; http n'est admis que sur la boucle locale du poste (client lourd, essai).",
)  # fmt: skip
DOUBLONS = Regle(
    "PSC-AUT-08", "Aucun paramètre de la demande n'est répété", sources.RFC6749.format("3.1"), Confiance.OFFICIELLE,
    "N'envoyer chaque paramètre qu'une fois.",
)  # fmt: skip

_BOUCLE = frozenset({"localhost", "127.0.0.1", "::1"})
_SCHEME_PRIVE = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+", re.IGNORECASE)


@rejouable
def verifier_demandes(dialogue: Dialogue, client: ClientDeclare) -> list[Constat]:
    """Toutes les demandes d'autorisation vues."""
    constats = [document_de_decouverte(dialogue, client)]
    if not dialogue.demandes:
        constats.append(TYPE.sans_objet(f"aucune demande d'autorisation n'est arrivée à {client.fournisseur.nom}"))
    for demande in dialogue.demandes:
        constats += parametres(demande, client)
    return constats


@verification(DOCUMENT)
def document_de_decouverte(dialogue: Dialogue, client: ClientDeclare) -> Constat:
    """Le document attendu a été lu ; aucun document lu (adresses configurées à la main) se remarque seulement."""
    attendu = client.fournisseur.document
    lus = tuple(a for a in dialogue.decouvertes if a.note("document"))
    vus = tuple(dict.fromkeys(a.note("document") for a in lus))
    n = numeros(lus)
    if attendu in vus:
        return DOCUMENT.respectee(recu=", ".join(vus), ou="découverte", echanges=n)
    if not vus:
        if not dialogue.demandes and not dialogue.ciba:
            return DOCUMENT.sans_objet("aucun échange avec le fournisseur d'identité")
        return DOCUMENT.signalee(
            "Aucun document de découverte n'a été lu : les adresses sont configurées dans le logiciel.",
            attendu=attendu, recu="aucun", ou="découverte",
        )  # fmt: skip
    return DOCUMENT.enfreinte(
        "Le document de découverte lu n'est pas celui du fournisseur.", attendu=attendu, recu=", ".join(vus),
        ou="découverte", echanges=n,
    )  # fmt: skip


@verification(TYPE, SCOPE, ACR, CLIENT, RETOUR, CHIFFREE, DOUBLONS)
def parametres(demande: Appel, client: ClientDeclare) -> list[Constat]:
    """Les paramètres d'une demande ; l'ordre, GET ou POST, les valeurs en plus (prompt, ui_locales…) sont libres."""
    constats = [_type(demande), *_scope(demande, client), *_acr(demande, client)]
    if client.client_id:
        constats.append(_egal(CLIENT, demande, "client_id", client.client_id, "client_id n'est pas celui du logiciel."))
    return [*constats, *_retour(demande, client), _doublons(demande)]


def _type(demande: Appel) -> Constat:
    return _egal(TYPE, demande, "response_type", "code", "response_type n'est pas code seul.")


def _egal(regle: Regle, demande: Appel, nom: str, attendu: str, message: str) -> Constat:
    recu, n = demande.un(nom), (demande.numero,)
    if recu == attendu:
        return regle.respectee(recu=recu, ou=_OU.format(nom), echanges=n)
    return regle.enfreinte(message, attendu=attendu, recu=recu[:200] or "absent", ou=_OU.format(nom), echanges=n)


def _scope(demande: Appel, client: ClientDeclare) -> list[Constat]:
    demandes = demande.un("scope").split()
    attendus = client.fournisseur.scopes
    manquants = [valeur for valeur in attendus if valeur not in demandes]
    n, recu = (demande.numero,), " ".join(demandes)[:200]
    if not manquants:
        return [SCOPE.respectee(recu=recu, ou=_OU.format("scope"), echanges=n)]
    return [
        SCOPE.enfreinte(
            f"scope ne contient pas {' ni '.join(manquants)}.", attendu=" ".join(attendus), recu=recu or "absent",
            ou=_OU.format("scope"), echanges=n,
        )
    ]  # fmt: skip


def _acr(demande: Appel, client: ClientDeclare) -> list[Constat]:
    attendu = client.fournisseur.acr
    if not attendu:
        return []
    recus, n, ou = demande.un("acr_values").split(), (demande.numero,), _OU.format("acr_values")
    if recus == [attendu]:
        return [ACR.respectee(recu=attendu, ou=ou, echanges=n)]
    if not recus and demande.un("acr") == attendu:
        return [
            ACR.a_regarder(
                "Le niveau est demandé par acr, comme dans un exemple publié par l'ANS, et non par acr_values.",
                recu=f"acr={attendu}", ou=ou, echanges=n,
            )
        ]  # fmt: skip
    if attendu in recus:
        return [
            ACR.a_regarder(
                "acr_values contient la valeur attendue, et d'autres.", recu=" ".join(recus)[:200], ou=ou, echanges=n
            )
        ]
    return [
        ACR.enfreinte(
            "acr_values n'a pas la valeur attendue.", attendu=attendu, recu=" ".join(recus)[:200] or "absent", ou=ou,
            echanges=n,
        )
    ]  # fmt: skip


def _retour(demande: Appel, client: ClientDeclare) -> list[Constat]:
    recu, n, ou = demande.un("redirect_uri"), (demande.numero,), _OU.format("redirect_uri")
    constats = []
    if client.redirect_uris:
        attendu = " ou ".join(client.redirect_uris)
        constats.append(
            RETOUR.respectee(recu=recu, ou=ou, echanges=n)
            if recu in client.redirect_uris
            else RETOUR.enfreinte(
                "redirect_uri n'est pas l'une des adresses enregistrées.", attendu=attendu, recu=recu or "absente",
                ou=ou, echanges=n,
            )
        )  # fmt: skip
    elif (connue := demande.note("redirect_uri_enregistree")) == "non":
        constats.append(
            RETOUR.enfreinte(
                "Le fournisseur ne connaît pas cette adresse de retour.", attendu="une adresse enregistrée",
                recu=recu or "absente", ou=ou, echanges=n,
            )
        )  # fmt: skip
    elif connue == "oui":
        constats.append(RETOUR.respectee(recu=recu, ou=ou, echanges=n))
    return [*constats, _chiffree(recu, n, ou)]


def _chiffree(recu: str, n: tuple[int, ...], ou: str) -> Constat:
    try:
        lue = urlsplit(recu)
    except ValueError:
        lue = urlsplit("")
    attendu = "https"
    if lue.scheme == "https":
        return CHIFFREE.respectee(recu=recu, ou=ou, echanges=n)
    if lue.scheme == "http" and lue.hostname in _BOUCLE:
        return CHIFFREE.signalee(
            "L'adresse de retour est en http sur la boucle locale : admis pour un client lourd ou un essai seulement.",
            attendu=attendu, recu=recu, ou=ou, echanges=n,
        )  # fmt: skip
    if _SCHEME_PRIVE.fullmatch(lue.scheme):
        return CHIFFREE.signalee(
            "L'adresse de retour est un schéma privé d'application, admis pour une application native.",
            attendu=attendu, recu=recu, ou=ou, echanges=n,
        )  # fmt: skip
    return CHIFFREE.enfreinte(
        "L'adresse de retour n'est pas en https.", attendu=attendu, recu=recu or "absente", ou=ou, echanges=n
    )


def _doublons(demande: Appel) -> Constat:
    noms = {*demande.adresse, *demande.formulaire}
    repetes = sorted(nom for nom in noms if nom != "resource" and len(demande.tous(nom)) > 1)
    n, ou = (demande.numero,), _OU.format("paramètres")
    if not repetes:
        return DOUBLONS.respectee(recu=", ".join(sorted(noms))[:300], ou=ou, echanges=n)
    return DOUBLONS.enfreinte(
        "Des paramètres sont répétés.", attendu="une valeur par paramètre", recu=", ".join(repetes)[:300], ou=ou,
        echanges=n,
    )  # fmt: skip
