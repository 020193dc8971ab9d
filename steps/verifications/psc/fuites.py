"""Ce qui ne doit pas sortir du serveur du logiciel (PSC-SEC) : jetons et codes dans une adresse, une page, une trace.

    secrets_du_dialogue(dialogue) -> frozenset[str]      empreintes des jetons et des codes rendus par le fournisseur
    adresses_sans_jeton(echanges, secrets) -> Constat    adresses et Referer de tous les échanges, tous services
    rien_dans_le_navigateur(vus, secrets, emetteur, retours) -> Constat   pages, cookies, stockage local, adresses
    rien_dans_les_traces(vus, secrets, emetteur) -> Constat               traces, messages, exports du logiciel

`vus` : des `Vu(ou, texte)`. Un texte peut être brut (un jeton s'y reconnaît à sa forme JWT et à son émetteur) ou tel
que le journal l'écrit (`empreinte:…`, comparée à `secrets`). Les adresses du navigateur vont dans
`rien_dans_le_navigateur`, avec `Vu("adresse", url)` : celle du retour (`retours`, adresses enregistrées) a le droit de
porter le code, et `id_token_hint` celui de porter l'ID token à la déconnexion.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports.constat import Confiance, Constat, Regle
from simulators.socle.echange import Echange
from steps.verifications.psc import sources
from steps.verifications.psc.lecture import Dialogue
from steps.verifications.registre import verification

ADRESSES = Regle(
    "PSC-SEC-01", "Aucun jeton ni code dans une adresse ou un Referer reçus par un service",
    f"{sources.RFC9700.format('4.2 et 4.3.2')} ; {sources.RFC6750.format('5.3')}", Confiance.OFFICIELLE,
    "Envoyer les jetons dans l'en-tête Authorization, le code dans le corps de l'appel au point de jetons.",
)  # fmt: skip
NAVIGATEUR = Regle(
    "PSC-SEC-02", "Aucun jeton dans ce que le navigateur reçoit ou garde",
    f"{sources.VOLET}, proxys : le navigateur n'a qu'un cookie ; {sources.RFC6750.format('5.3')}",
    Confiance.OFFICIELLE,
    "Garder les jetons côté serveur ; ne donner au navigateur qu'un identifiant de session.",
)  # fmt: skip
TRACES = Regle(
    "PSC-SEC-03", "Aucun jeton ni code dans une trace ou un message du logiciel", sources.RFC6750.format("5.3"),
    Confiance.OFFICIELLE, "Ne jamais écrire un jeton : tracer l'identifiant, la session, l'heure.",
)  # fmt: skip

_EMPREINTE = re.compile(r"empreinte:[0-9a-f]{32}")
_JWT = re.compile(r"eyJ[A-Za-z0-9_-]{5,}\.(eyJ[A-Za-z0-9_-]{5,})\.[A-Za-z0-9_-]*")
_HINT = re.compile(r"((?:^|[?&#])id_token_hint=)[^&#\s\"'<>]+")
_CODE = re.compile(r"((?:^|[?&#])code=)[^&#\s\"'<>]+")
_CLES = ("access_token", "refresh_token", "id_token")


@dataclass(frozen=True, slots=True)
class Vu:
    """Un texte montré ou gardé. `ou` : adresse, page, cookie, stockage, trace, message… pour le dire à l'éditeur."""

    ou: str
    texte: str


def reste_utile(texte: str, empreinte: str) -> str:
    """D'une valeur gardée par le navigateur, ce qui peut la prendre en faute, et rien qui permette de s'en servir.

    `texte` : la valeur, secrets connus déjà remplacés par leur empreinte. Restent ces empreintes et, d'un JWT, ce qu'il
    dit sans sa signature ; sinon `empreinte`, celle de la valeur : un cookie du logiciel ne va pas au dossier.
    """
    jwt = [lu[0].rpartition(".")[0] + "." for lu in _JWT.finditer(texte)]
    return " ".join([*_EMPREINTE.findall(texte), *jwt]) or empreinte


def secrets_du_dialogue(*dialogues: Dialogue) -> frozenset[str]:
    """Les empreintes des jetons rendus et des codes, telles que le journal les écrit."""
    trouves: set[str] = set()
    for dialogue in dialogues:
        for appel in dialogue.jetons:
            valeurs = [appel.rendu.get(cle) for cle in _CLES]
            trouves.update(v for v in valeurs if isinstance(v, str))
            trouves.update((*appel.tous("code"), *appel.tous("refresh_token")))
        for retour in dialogue.retours:
            trouves.add(retour.un("code"))
    return frozenset(v for v in trouves if _EMPREINTE.fullmatch(v))


@verification(ADRESSES)
def adresses_sans_jeton(echanges: Sequence[Echange], secrets: frozenset[str]) -> Constat:
    """Aucune adresse reçue par le banc ne porte de jeton ni de code ; id_token_hint à la déconnexion est admis."""
    if not echanges or not secrets:
        return ADRESSES.sans_objet("aucun jeton n'a été rendu, ou aucun échange n'a été vu")
    for echange in echanges:
        for nom, texte in (("adresse", echange.requete.cible), ("Referer", echange.requete.entete("referer") or "")):
            if echange.operation in ("fin_session", "autorisation"):
                texte = _HINT.sub(r"\1", texte)
            if _porte(texte, secrets, ""):
                return ADRESSES.enfreinte(
                    f"Un jeton ou un code est dans {'l’adresse' if nom == 'adresse' else 'le Referer'} d'une requête.",
                    attendu="aucun jeton ni code", recu=f"{echange.requete.methode} {_sans_valeurs(texte)}"[:300],
                    ou=f"{echange.service}, {nom}", echanges=(echange.numero,),
                )  # fmt: skip
    return ADRESSES.respectee(recu=f"{len(echanges)} adresse(s) examinées, {len(secrets)} jetons et codes cherchés",
                              ou="adresses et Referer")  # fmt: skip


@verification(NAVIGATEUR)
def rien_dans_le_navigateur(
    vus: Sequence[Vu], secrets: frozenset[str], *, emetteur: str = "", retours: Iterable[str] = ()
) -> Constat:
    """Pages, cookies, stockage local et adresses du navigateur : ni jeton, ni code hors de l'adresse de retour."""
    if not vus or not (secrets or emetteur):
        return NAVIGATEUR.sans_objet("rien de ce que le navigateur a reçu n'a été relevé")
    admises = tuple(retours)
    for vu in vus:
        texte = _HINT.sub(r"\1", vu.texte)
        if vu.ou == "adresse" and texte.startswith(admises or ("\0",)):
            texte = _CODE.sub(r"\1", texte)
        if _porte(texte, secrets, emetteur):
            return NAVIGATEUR.enfreinte(
                "Le navigateur reçoit ou garde un jeton.", attendu="aucun jeton ni code hors du serveur du logiciel",
                recu=_sans_valeurs(texte)[:300] if vu.ou == "adresse" else "un jeton", ou=vu.ou,
            )  # fmt: skip
    return NAVIGATEUR.respectee(recu=f"{len(vus)} relevé(s) examinés", ou=_lieux(vus))


@verification(TRACES)
def rien_dans_les_traces(vus: Sequence[Vu], secrets: frozenset[str], *, emetteur: str = "") -> Constat:
    """Les traces et les messages du logiciel ne portent ni jeton ni code."""
    if not vus or not (secrets or emetteur):
        return TRACES.sans_objet("aucune trace ni aucun message du logiciel n'a été relevé")
    for vu in vus:
        if _porte(vu.texte, secrets, emetteur):
            return TRACES.enfreinte(
                "Le logiciel écrit un jeton ou un code.", attendu="aucun jeton ni code", recu="un jeton ou un code",
                ou=vu.ou,
            )  # fmt: skip
    return TRACES.respectee(recu=f"{len(vus)} texte(s) examinés", ou=_lieux(vus))


def _porte(texte: str, secrets: frozenset[str], emetteur: str) -> bool:
    if any(lu in secrets for lu in _EMPREINTE.findall(texte)):
        return True
    return any(_du_fournisseur(lu[1], emetteur) for lu in _JWT.finditer(texte))


def _du_fournisseur(segment: str, emetteur: str) -> bool:
    """Le contenu de ce JWT se dit émis par le fournisseur : un JWT de session du logiciel n'en est pas un."""
    try:
        contenu = json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except (ValueError, RecursionError):
        return False
    iss = str(contenu.get("iss", ""))  # un segment en « eyJ » commence par une accolade : lu, c'est un objet
    return bool(iss) and (iss == emetteur or "/realms/esante-wallet" in iss)


def _sans_valeurs(texte: str) -> str:
    """L'adresse, valeurs de paramètres ôtées : un constat ne recopie pas de jeton."""
    return _JWT.sub("…", _EMPREINTE.sub("…", re.sub(r"=[^&#\s]*", "=…", texte)))


def _lieux(vus: Sequence[Vu]) -> str:
    return ", ".join(dict.fromkeys(vu.ou for vu in vus))[:200]
