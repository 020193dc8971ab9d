"""Le code et le point de jetons (PSC-COD), UserInfo et rafraîchissements (PSC-JET), jetons liés (PSC-CLI-06).

    verifier_jetons(dialogue, client, usages) -> list[Constat]            tout ce qui suit sauf le rythme et la liaison
    rythme_des_rafraichissements(dialogue, usages) -> Constat             sans saut d'horloge pendant la période jugée
    jetons_lies(usages) -> Constat                                        clients à jetons liés au certificat (cnf)

`usages` : `lecture.usages(echanges)`, les jetons présentés à INSi, DMP, MSSanté, API.
"""

from __future__ import annotations

from collections.abc import Sequence

from reports.constat import Confiance, Constat, Regle
from steps.jugements.marque import rejouable
from steps.verifications.psc import sources
from steps.verifications.psc.authentification import authentification
from steps.verifications.psc.contexte import ClientDeclare
from steps.verifications.psc.formulaire import une_valeur
from steps.verifications.psc.lecture import CODE, RAFRAICHIR, Appel, Dialogue, Usage, numeros
from steps.verifications.registre import verification

UNE_FOIS = Regle(
    "PSC-COD-01", "Un code d'autorisation ne sert qu'une fois", sources.RFC6749.format("4.1.2"), Confiance.OFFICIELLE,
    "Oublier le code dès qu'il a été envoyé ; ne pas rejouer le retour.",
)  # fmt: skip
VITE = Regle(
    "PSC-COD-02", "Le code est échangé dans les secondes qui suivent le retour", sources.BANC, Confiance.DEDUITE,
    "Échanger le code dès le retour, sans attendre une action de l'utilisateur.",
)  # fmt: skip
SERVEUR = Regle(
    "PSC-COD-03", "Le code est échangé par le serveur du logiciel, pas par le navigateur",
    f"{sources.DOC}, qui cite l'exigence 22 du référentiel (client_id et secret gardés sur un serveur ; pas de CORS)",
    Confiance.OFFICIELLE, "Appeler le point de jetons depuis le serveur du logiciel.",
)  # fmt: skip
MEME_RETOUR = Regle(
    "PSC-COD-04", "redirect_uri est la même au point de jetons que dans la demande", sources.RFC6749.format("4.1.3"),
    Confiance.OFFICIELLE, "Envoyer au point de jetons l'adresse de retour de la demande, à l'octet près.",
)  # fmt: skip
ENTETE = Regle(
    "PSC-JET-01", "Le jeton d'accès est présenté à UserInfo dans l'en-tête Authorization",
    f"{sources.RFC6750.format('2.1')} ; {sources.RFC9700.format('4.3.2')}", Confiance.OFFICIELLE,
    "Envoyer Authorization: Bearer, jamais le jeton dans l'adresse.",
)  # fmt: skip
ROTATION = Regle(
    "PSC-JET-02", "Le jeton de rafraîchissement employé est le dernier rendu", sources.RFC6749.format("6"),
    Confiance.OFFICIELLE, "Remplacer le jeton de rafraîchissement par celui de chaque réponse.",
)  # fmt: skip
AVANT = Regle(
    "PSC-JET-03", "Le jeton d'accès est rafraîchi avant d'être présenté périmé", sources.BANC, Confiance.DEDUITE,
    "Rafraîchir le jeton d'accès avant expires_in.",
)  # fmt: skip
RYTHME = Regle(
    "PSC-JET-04", "Le jeton d'accès sert toute sa durée de vie : il n'est pas rafraîchi à chaque appel", sources.BANC,
    Confiance.DEDUITE, "Garder le jeton d'accès côté serveur jusqu'à l'approche de son expiration.",
)  # fmt: skip
LIE = Regle(
    "PSC-CLI-06", "Un jeton lié à un certificat est présenté avec ce certificat", sources.RFC8705.format("3"),
    Confiance.OFFICIELLE, "Présenter le même certificat au point de jetons et au service.",
)  # fmt: skip

_DELAI = 10.0
"""Secondes : largement plus qu'un aller-retour, bien moins que la vie d'un code."""
_MARQUES = ("origin", "sec-fetch-site")
"""En-têtes que seuls les navigateurs ajoutent ; `sec-fetch-mode` vient aussi de clients de serveur (Node)."""


@rejouable
def verifier_jetons(dialogue: Dialogue, client: ClientDeclare, usages: Sequence[Usage] = ()) -> list[Constat]:
    """Codes, authentification du client, UserInfo, jetons de rafraîchissement."""
    constats = [
        code_une_fois(dialogue), *code_vite(dialogue), *cote_serveur(dialogue), *meme_retour(dialogue),
        *authentification(dialogue, client), *une_valeur(dialogue), *userinfo(dialogue), *rotation(dialogue),
    ]  # fmt: skip
    return [*constats, *([jamais_perime(dialogue, usages)] if usages else [])]


@verification(UNE_FOIS)
def code_une_fois(dialogue: Dialogue) -> Constat:
    """Aucun code n'est envoyé deux fois ; une reprise après une panne du fournisseur (5xx, coupure) se remarque."""
    appels = dialogue.par_grant(CODE)
    if not appels:
        return UNE_FOIS.sans_objet("aucun code n'a été échangé")
    repris, repris_apres_panne = [], []
    vus: dict[str, list[Appel]] = {}
    for appel in appels:
        anterieurs = vus.setdefault(appel.un("code") or f"?{appel.numero}", [])
        if any(a.statut and a.statut < 500 for a in anterieurs) or appel.note("code_deja_utilise") == "oui":
            repris.append(appel)
        elif anterieurs:
            repris_apres_panne.append(appel)
        anterieurs.append(appel)
    ou = "point de jetons, code"
    if repris:
        return UNE_FOIS.enfreinte(
            "Un code déjà envoyé l'a été de nouveau.", attendu="un appel par code",
            recu=f"{len(repris)} appel(s) avec un code déjà envoyé", ou=ou, echanges=numeros(repris),
        )  # fmt: skip
    if repris_apres_panne:
        return UNE_FOIS.signalee(
            "Un code est renvoyé après une panne du fournisseur, qui avait pu le consommer.",
            attendu="un appel par code",
            recu=f"{len(repris_apres_panne)} reprise(s)", ou=ou, echanges=numeros(repris_apres_panne),
        )  # fmt: skip
    return UNE_FOIS.respectee(recu=f"{len(appels)} code(s), un appel chacun", ou=ou, echanges=numeros(appels))


@verification(VITE)
def code_vite(dialogue: Dialogue) -> list[Constat]:
    """L'âge du code, vu par le fournisseur."""
    ages = [(age, a) for a in dialogue.par_grant(CODE) if (age := _secondes(a.note("code_age"))) is not None]
    if not ages:
        return []
    pire, appel = max(ages, key=lambda couple: couple[0])
    ou, recu = "point de jetons, âge du code", f"{pire:.1f} s au plus"
    if pire <= _DELAI:
        return [VITE.respectee(recu=recu, ou=ou, echanges=numeros(a for _, a in ages))]
    return [
        VITE.enfreinte(
            "Le code a attendu avant d'être échangé.", attendu=f"{_DELAI:.0f} s au plus", recu=recu, ou=ou,
            echanges=(appel.numero,),
        )
    ]  # fmt: skip


@verification(SERVEUR)
def cote_serveur(dialogue: Dialogue) -> list[Constat]:
    """Pas d'appel par un navigateur au point de jetons : ni Origin, ni Sec-Fetch-Site, ni User-Agent de la mire."""
    appels = dialogue.jetons
    if not appels:
        return []
    navigateurs = {a.entete("user-agent") for a in (*dialogue.demandes, *dialogue.mires)}
    navigateurs = {ua for ua in navigateurs if ua.startswith("Mozilla/")}
    ou = "point de jetons, en-têtes"
    for appel in appels:
        marques = [nom for nom in _MARQUES if appel.entete(nom)]
        if appel.entete("user-agent") in navigateurs:
            marques.append("user-agent de la mire")
        if marques:
            return [
                SERVEUR.enfreinte(
                    "Le point de jetons est appelé par un navigateur.",
                    attendu="un appel du serveur du logiciel, sans en-tête de navigateur", recu=", ".join(marques),
                    ou=ou, echanges=(appel.numero,),
                )
            ]  # fmt: skip
    agents = sorted({a.entete("user-agent")[:60] or "aucun" for a in appels})
    return [SERVEUR.respectee(recu=f"User-Agent : {', '.join(agents)}", ou=ou, echanges=numeros(appels))]


@verification(MEME_RETOUR)
def meme_retour(dialogue: Dialogue) -> list[Constat]:
    """Chaque code est échangé avec l'adresse de retour de sa demande."""
    demandees = {d.note("transaction"): d.un("redirect_uri") for d in dialogue.demandes if d.note("transaction")}
    constats = []
    for appel in dialogue.par_grant(CODE):
        attendu, recu = demandees.get(appel.note("transaction"), ""), appel.un("redirect_uri")
        note, ou, n = appel.note("redirect_uri_identique"), "point de jetons, redirect_uri", (appel.numero,)
        if note not in ("oui", "non") and not attendu:
            continue
        if recu == attendu if attendu else note == "oui":
            constats.append(MEME_RETOUR.respectee(recu=recu, ou=ou, echanges=n))
        else:
            constats.append(
                MEME_RETOUR.enfreinte(
                    "L'adresse de retour n'est pas celle de la demande.", attendu=attendu or "celle de la demande",
                    recu=recu or "absente", ou=ou, echanges=n,
                )
            )  # fmt: skip
    return constats


@verification(ENTETE)
def userinfo(dialogue: Dialogue) -> list[Constat]:
    """UserInfo par l'en-tête ; par l'adresse, en faute ; par le corps, à vérifier (la RFC 6750 le déconseille)."""
    appels, ou = dialogue.userinfos, "UserInfo, jeton d'accès"
    if not appels:
        return []
    fautes = [a for a in appels if a.note("porteur") == "parametre"]
    corps = [a for a in appels if a.note("porteur") == "corps"]
    attendu = "en-tête Authorization"
    if fautes:
        return [
            ENTETE.enfreinte(
                "Le jeton d'accès est dans l'adresse de UserInfo.", attendu=attendu, recu="paramètre d'adresse", ou=ou,
                echanges=numeros(fautes),
            )
        ]  # fmt: skip
    if corps:
        return [
            ENTETE.a_regarder(
                "Le jeton d'accès est dans le corps de la requête à UserInfo, ce que la RFC 6750 déconseille.",
                recu="corps de formulaire", ou=ou, echanges=numeros(corps),
            )
        ]  # fmt: skip
    presentes = [a for a in appels if a.note("porteur") == "entete"]
    return [ENTETE.respectee(recu=attendu, ou=ou, echanges=numeros(presentes))] if presentes else []


@verification(ROTATION)
def rotation(dialogue: Dialogue) -> list[Constat]:
    """Une réponse qui rend un nouveau jeton de rafraîchissement remplace l'ancien, qui n'est plus envoyé."""
    remplaces: dict[str, int] = {}
    vus = []
    for appel in dialogue.par_grant(RAFRAICHIR):
        employe = appel.un("refresh_token")
        if employe in remplaces:
            return [
                ROTATION.enfreinte(
                    "Un jeton de rafraîchissement déjà remplacé est envoyé.",
                    attendu=f"celui rendu par l'échange n° {remplaces[employe]}", recu="le précédent",
                    ou="point de jetons, refresh_token", echanges=(remplaces[employe], appel.numero),
                )
            ]  # fmt: skip
        rendu = appel.rendu.get("refresh_token")
        if appel.reussi and employe and isinstance(rendu, str) and rendu != employe:
            remplaces[employe] = appel.numero
        vus.append(appel)
    if not vus:
        return []
    return [
        ROTATION.respectee(recu=f"{len(vus)} rafraîchissement(s)", ou="point de jetons, refresh_token",
                           echanges=numeros(vus))
    ]  # fmt: skip


@verification(AVANT)
def jamais_perime(dialogue: Dialogue, usages: Sequence[Usage]) -> Constat:
    """Aucun jeton périmé présenté ; présenté puis rafraîchi (réaction à un refus), c'est une remarque."""
    perimes = [u for u in usages if u.etat == "expire"]
    ou = "services appelés avec un jeton"
    if not perimes:
        return AVANT.respectee(recu=f"{len(usages)} appel(s), aucun jeton périmé", ou=ou, echanges=numeros(usages))
    sans_suite = [u for u in perimes if not any(a.numero > u.numero for a in dialogue.emis)]
    attendu = "un jeton d'accès en cours de validité"
    recu = f"{len(perimes)} appel(s) avec un jeton périmé"
    if sans_suite:
        return AVANT.enfreinte(
            "Un jeton périmé a été présenté, et aucun autre n'a été demandé ensuite.", attendu=attendu, recu=recu,
            ou=ou,
            echanges=numeros(sans_suite),
        )  # fmt: skip
    return AVANT.signalee(
        "Un jeton périmé a été présenté avant d'être rafraîchi : l'appel a échoué pour rien.", attendu=attendu,
        recu=recu,
        ou=ou, echanges=numeros(perimes),
    )  # fmt: skip


@verification(RYTHME)
def rythme_des_rafraichissements(dialogue: Dialogue, usages: Sequence[Usage]) -> Constat:
    """Plusieurs appels de suite ne demandent pas chacun un jeton ; sans saut d'horloge, trois appels au moins."""
    rafraichis = dialogue.par_grant(RAFRAICHIR)
    presentes: list[Appel | Usage] = [*usages, *dialogue.userinfos]
    ou = "point de jetons, rafraîchissements"
    if len(presentes) < 3:
        return RYTHME.sans_objet(f"{len(presentes)} appel(s) avec un jeton, trois au moins sont nécessaires")
    recu = f"{len(rafraichis)} rafraîchissement(s) pour {len(presentes)} appels"
    if len(rafraichis) >= len(presentes) - 1:
        return RYTHME.enfreinte(
            "Le jeton d'accès est rafraîchi à chaque appel.", attendu="le même jeton jusqu'à son expiration", recu=recu,
            ou=ou, echanges=numeros(rafraichis),
        )  # fmt: skip
    return RYTHME.respectee(recu=recu, ou=ou, echanges=numeros(presentes))


@verification(LIE)
def jetons_lies(usages: Sequence[Usage]) -> Constat:
    """Aucun service n'a reçu un jeton lié sans son certificat."""
    if not usages:
        return LIE.sans_objet("aucun jeton n'a été présenté à un service")
    fautes = [u for u in usages if u.etat == "non_lie"]
    ou = "services appelés avec un jeton, certificat TLS"
    if fautes:
        return LIE.enfreinte(
            "Un jeton lié est présenté sans le certificat auquel il est lié.",
            attendu="le certificat du point de jetons",
            recu=f"{len(fautes)} appel(s) sans lui", ou=ou, echanges=numeros(fautes),
        )  # fmt: skip
    return LIE.respectee(recu=f"{len(usages)} appel(s)", ou=ou, echanges=numeros(usages))


def _secondes(texte: str) -> float | None:
    try:
        return float(texte.replace(",", "."))
    except ValueError:
        return None
