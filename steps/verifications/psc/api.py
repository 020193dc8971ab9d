"""L'échange de jetons avant une API Pro Santé Connectée (PSC-API) : volet du CI-SIS, RFC 8693.

    verifier_echanges_de_jetons(echanges, dialogue) -> list[Constat]

`echanges` : ceux de tous les services, pendant l'appel d'API jugé. `dialogue` : `lire(…)` sur tout le scénario,
connexion comprise. Sans échange de jetons (API appelée autrement), un constat non concluant.
"""

from __future__ import annotations

from collections.abc import Iterable

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.psc import sources
from steps.verifications.psc.lecture import Appel, Dialogue, appel, numeros
from steps.verifications.registre import verification

DEMANDE = Regle(
    "PSC-API-01", "L'échange de jetons porte les paramètres obligatoires du volet",
    f"{sources.VOLET}, échange de jetons ; RFC 8693, § 2.1", Confiance.OFFICIELLE,
    "Envoyer grant_type, subject_token, subject_token_type et scope au serveur d'autorisation de l'API.",
)  # fmt: skip
SANS_SECRET = Regle(
    "PSC-API-02", "À l'échange de jetons, le logiciel s'authentifie par son certificat, sans secret",
    f"{sources.VOLET}, échange de jetons : le TLS mutuel remplace client_secret", Confiance.OFFICIELLE,
    "Présenter le certificat d'authentification de la structure ; ne pas envoyer client_secret.",
)  # fmt: skip
CONFIANCE = Regle(
    "PSC-API-03", "Pour appeler une API, le logiciel s'authentifie à Pro Santé Connect avec son certificat TLS",
    f"{sources.VOLET}, étape 7 ; ANS, foire aux questions (TLS mutuel obligatoire dans l'espace de confiance)",
    Confiance.OFFICIELLE, "Présenter le certificat TLS au point de jetons de Pro Santé Connect.",
)  # fmt: skip

ECHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
TYPES = ("urn:ietf:params:oauth:token-type:access_token", "urn:ietf:params:oauth:token-type:jwt")
_OBLIGATOIRES = ("subject_token", "subject_token_type", "scope")
_OU = "échange de jetons"


@verification(DEMANDE, SANS_SECRET, CONFIANCE)
def verifier_echanges_de_jetons(echanges: Iterable[Echange], dialogue: Dialogue) -> list[Constat]:
    """Paramètres, authentification, et certificat présenté plus tôt au point de jetons de Pro Santé Connect."""
    demandes = [appel(e) for e in echanges if e.service == "api_psc" and e.operation == "echange_jeton"]
    demandes = [d for d in demandes if d.un("grant_type") == ECHANGE]
    if not demandes:
        return [DEMANDE.sans_objet("aucun échange de jetons n'a été demandé au serveur d'autorisation des API")]
    return [_demande(demandes), _sans_secret(demandes), *_confiance(demandes, dialogue)]


def _demande(demandes: list[Appel]) -> Constat:
    for demande in demandes:
        manquants = [nom for nom in _OBLIGATOIRES if not demande.un(nom)]
        sorte = demande.un("subject_token_type")
        if manquants or sorte not in TYPES:
            return DEMANDE.enfreinte(
                "L'échange de jetons n'a pas les paramètres du volet.", attendu=", ".join(_OBLIGATOIRES),
                recu=f"manque : {', '.join(manquants)}" if manquants else f"subject_token_type={sorte[:80]}", ou=_OU,
                echanges=(demande.numero,),
            )  # fmt: skip
    return DEMANDE.respectee(recu=", ".join(sorted(demandes[0].formulaire)), ou=_OU, echanges=numeros(demandes))


def _sans_secret(demandes: list[Appel]) -> Constat:
    ou = f"{_OU}, authentification du client"
    secrets = [d for d in demandes if d.entete("authorization") or d.tous("client_secret")]
    nus = [d for d in demandes if not (d.echange.tls and d.echange.tls.certificat)]
    if secrets or nus:
        return SANS_SECRET.enfreinte(
            "Un secret est envoyé à l'échange de jetons." if secrets else "Aucun certificat n'est présenté.",
            attendu="un certificat TLS, sans secret", recu="un secret" if secrets else "aucun certificat", ou=ou,
            echanges=numeros(secrets or nus),
        )  # fmt: skip
    return SANS_SECRET.respectee(recu=demandes[0].note("certificat") or "certificat", ou=ou, echanges=numeros(demandes))


def _confiance(demandes: list[Appel], dialogue: Dialogue) -> list[Constat]:
    """Les jetons échangés ont été obtenus, à la connexion ou au rafraîchissement, avec un certificat."""
    sessions = {d.note("session") or d.note("jeton_session") for d in demandes} - {""}
    origines = [a for a in dialogue.emis if a.note("session") in sessions]
    if not origines:
        return []
    ou = "point de jetons de Pro Santé Connect, certificat client"
    sans = [a for a in origines if not (a.echange.tls and a.echange.tls.certificat)]
    if sans:
        return [
            CONFIANCE.enfreinte(
                "Le jeton échangé contre celui d'une API a été obtenu sans certificat.", attendu="un certificat client",
                recu=f"{len(sans)} appel(s) sans certificat", ou=ou, echanges=numeros(sans),
            )
        ]  # fmt: skip
    recu = origines[0].note("certificat") or "certificat présenté"
    return [CONFIANCE.respectee(recu=recu, ou=ou, echanges=numeros(origines))]
